/**
 * A zip archive, whoever wrote it: its directory is read, and then only what is asked for. Checksums are not
 * checked. Names are what Python's zipfile reads.
 */
import type { ByteSource, Sliceable } from '../byte-source';
import { readBytes } from '../read-bytes';
import type { NamedBlob } from '../types';
import { type ReadRange, readDirectory } from './directory';
import { obstacle } from './methods';
import { findData, inflatePart, inflateWhole, type Place } from './unpack';

/** @typeParam S - what parts of the archive are */
export interface ZipEntry<S extends ByteSource = ByteSource> {
  /** Its path in the archive; that of a folder ends with a slash. */
  readonly name: string;
  /** What its name would be, were it UTF-8 that was not marked as such; undefined where that cannot be. */
  readonly unmarkedName: string | undefined;
  /** Why it cannot be read, to stand after "is": encrypted, or packed in another way; undefined where it can. */
  readonly obstacle: string | undefined;
  /** Bytes after unpacking. */
  readonly size: number;
  /**
   * Reads bytes `begin` to `end` (exclusive) of the unpacked entry. Of a stored entry only these; a deflated one is unpacked
   * to there.
   * @throws ZipError
   */
  read(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /** The whole: of a stored entry a part of the archive, of which nothing is read. @throws ZipError */
  blob(): Promise<S | Blob>;
}

/**
 * Reads the directory of an archive, zip64 too.
 * @param read - how its bytes are read, by default each time from the file
 * @param part - what becomes of a stored entry, by default a slice of the file
 * @throws ZipError, FormatError where the file cannot be read
 */
export async function openZip<S extends ByteSource>(
  file: NamedBlob<Sliceable<S>>,
  read: ReadRange = (begin, end) => readBytes(file, begin, end),
  part: (begin: number, end: number) => S = (begin, end) => file.blob.slice(begin, end),
): Promise<ZipEntry<S>[]> {
  const { blob } = file;
  return (await readDirectory(blob.size, read)).map((entry): ZipEntry<S> => {
    const { name, size } = entry;
    let place: Promise<Place> | undefined;
    const found = () => {
      place ??= findData(entry, blob.size, read);
      return place;
    };
    return {
      name,
      unmarkedName: entry.unmarkedName,
      obstacle: obstacle(entry),
      size,
      async read(begin, end) {
        if (!(begin >= 0 && begin <= end && end <= size)) {
          throw new RangeError(`bytes ${begin} to ${end} are not in ${name} (${size} bytes)`);
        }
        const { begin: at, isDeflated } = await found();
        return isDeflated ? inflatePart(entry, at, begin, end, read) : read(at + begin, at + end);
      },
      async blob() {
        const { begin: at, isDeflated } = await found();
        return isDeflated ? new Blob([await inflateWhole(entry, at, read)]) : part(at, at + size);
      },
    };
  });
}
