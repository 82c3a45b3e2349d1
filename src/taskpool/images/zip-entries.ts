/** The files of a zip, read by ranges: only its directory and what is asked for are ever in memory. */
import { unzipRaw, type ZipEntry } from 'unzipit';
import type { NamedBlob } from '../../checkpoint/types';
import { FormatError } from '../../errors';

/** More files than any image set has; a directory that claims more is not read. */
const MAX_ENTRIES = 2_000_000;
/** No picture that is read takes more, packed or not; protects from archives that inflate without end. */
const MAX_ENTRY_BYTES = 1024 ** 3;

export interface ZipFile {
  readonly name: string;
  /** The content: a slice of the zip where it is stored as it is, inflated where it is deflated. */
  read(): Promise<Blob>;
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
  let entries: ZipEntry[];
  try {
    ({ entries } = await unzipRaw(zip.blob));
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
  return entries
    .filter((entry) => !entry.isDirectory)
    .map((entry) => {
      // Some Windows programs write backslashes, against the specification (APPNOTE 4.4.17.1).
      const name = entry.name.replaceAll('\\', '/');
      return { name, read: () => read(entry, `${zip.name}/${name}`) };
    });
}
