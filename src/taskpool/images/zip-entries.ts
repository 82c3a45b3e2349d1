/** The files of a zip, read by ranges: only its directory and what is asked for are ever in memory. */
import { type Reader, unzipRaw, type ZipEntry } from 'unzipit';
import type { NamedBlob } from '../../checkpoint/types';
import { FormatError } from '../../errors';

/** More files than any image set has; a directory that claims more is not read. */
const MAX_ENTRIES = 2_000_000;
/** No picture that is read takes more, packed or not; protects from archives that inflate without end. */
const MAX_ENTRY_BYTES = 1024 ** 3;

/** Where a zip holds thousands of small files, one read of all of it is far faster than one for each file's header. */
const SMALL_ENTRY_BYTES = 64 * 1024;
/** More than this is never in memory at once. */
const SMALL_ZIP_BYTES = 64 * 1024 ** 2;

export interface ZipFile {
  readonly name: string;
  /** The content: a slice of the zip where it is stored as it is, inflated where it is deflated. */
  read(): Promise<Blob>;
}

/** Reads the zip by ranges, or once and for all. */
class ZipReader implements Reader {
  private whole: Promise<ArrayBuffer> | undefined;

  constructor(private readonly blob: Blob) {}

  readWhole(): void {
    this.whole ??= this.blob.arrayBuffer();
  }

  async getLength(): Promise<number> {
    return this.blob.size;
  }

  async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (this.whole) return new Uint8Array(await this.whole, offset, length);
    return new Uint8Array(await this.blob.slice(offset, offset + length).arrayBuffer());
  }

  async sliceAsBlob(offset: number, length: number, type = ''): Promise<Blob> {
    return this.blob.slice(offset, offset + length, type);
  }
}

async function read(entry: ZipEntry, name: string): Promise<Blob> {
  if (entry.encrypted) throw new FormatError(name, 'The file is encrypted. Unpack the zip first.');
  if (entry.size > MAX_ENTRY_BYTES) {
    throw new FormatError(name, `The file has ${entry.size} bytes, too many for a picture.`);
  }
  try {
    return await entry.blob();
  } catch (cause) {
    throw new FormatError(name, `The file cannot be unpacked: ${(cause as Error).message}.`, {
      cause,
    });
  }
}

/**
 * Lists the files of a zip, zip64 too, without reading them.
 *
 * @throws FormatError where it is no zip, or damaged.
 */
export async function zipEntries(zip: NamedBlob): Promise<ZipFile[]> {
  const reader = new ZipReader(zip.blob);
  let entries: ZipEntry[];
  try {
    ({ entries } = await unzipRaw(reader));
  } catch (cause) {
    throw new FormatError(
      zip.name,
      `The zip cannot be read (${(cause as Error).message}). Pack it again, or add its folder.`,
      { cause },
    );
  }
  if (entries.length > MAX_ENTRIES) {
    throw new FormatError(
      zip.name,
      `The zip lists ${entries.length} files, more than ${MAX_ENTRIES}.`,
    );
  }
  const { size } = zip.blob;
  if (size <= SMALL_ZIP_BYTES && size <= SMALL_ENTRY_BYTES * entries.length) reader.readWhole();
  return entries
    .filter((entry) => !entry.isDirectory)
    .map((entry) => {
      // Some Windows programs write backslashes, against the specification (APPNOTE 4.4.17.1).
      const name = entry.name.replaceAll('\\', '/');
      return { name, read: () => read(entry, `${zip.name}/${name}`) };
    });
}
