/** The files of a zip of pictures, read by ranges: only its directory and what is asked for are ever in memory. */
import { type ByteSource, partOf } from '../../checkpoint/byte-source';
import { readBytes } from '../../checkpoint/read-bytes';
import type { NamedBlob } from '../../checkpoint/types';
import { openZip, type ZipEntry } from '../../checkpoint/zip/open-zip';
import { ZipError } from '../../checkpoint/zip/zip-error';
import { FormatError } from '../../errors';

/** No picture that is read takes more, packed or not; protects from archives that inflate without end. */
const MAX_ENTRY_BYTES = 1024 ** 3;

/** Pictures are packed already. What unpacks to so many times the archive, and to more than this, means harm. */
const MAX_RATIO = 100;
const HARMLESS_BYTES = 1024 ** 3;

/** Where a zip holds thousands of small files, one read of all of it is far faster than one for each file's header. */
const SMALL_ENTRY_BYTES = 64 * 1024;
/** More than this is never in memory at once. */
const SMALL_ZIP_BYTES = 64 * 1024 ** 2;

export interface ZipFile {
  readonly name: string;
  /** What its name would be, were it UTF-8 that was not marked as such. */
  readonly unmarkedName: string | undefined;
  /** The content: a part of the zip where it is stored as it is, inflated where it is deflated. */
  read(): Promise<ByteSource>;
}

/**
 * Lists the files of a zip, zip64 too, without reading them.
 *
 * @throws FormatError where it is no zip, or damaged.
 */
export async function zipEntries(zip: NamedBlob): Promise<ZipFile[]> {
  const { size } = zip.blob;
  let isSmall = false;
  let whole: Promise<Uint8Array<ArrayBuffer>> | undefined;
  let kept: WeakRef<Uint8Array<ArrayBuffer>> | undefined;
  /** In memory while it is asked for, and for as long as there is room for it. */
  const readWhole = async () => {
    const there = kept?.deref();
    if (there) return there;
    whole ??= readBytes(zip, 0, size).finally(() => {
      whole = undefined;
    });
    const bytes = await whole;
    kept = new WeakRef(bytes);
    return bytes;
  };
  const readRange = async (begin: number, end: number) =>
    isSmall ? (await readWhole()).subarray(begin, end) : readBytes(zip, begin, end);
  // Every Blob costs the browser a call, and thousands of pictures a second: of a small zip they are none.
  const part = (begin: number, end: number): ByteSource =>
    isSmall && zip.blob instanceof Blob ? partOf(readInto, begin, end) : zip.blob.slice(begin, end);
  const readInto = async (begin: number, into: Uint8Array) => {
    into.set(await readRange(begin, begin + into.length));
    return into.length;
  };
  const entries = await openZip(zip, readRange, part).catch((cause) => {
    if (!(cause instanceof ZipError)) throw cause;
    const reason = `The zip cannot be read (${cause.message}). Pack it again, or add its folder.`;
    throw new FormatError(zip.name, reason, { cause });
  });
  const unpacked = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (unpacked > Math.max(HARMLESS_BYTES, size * MAX_RATIO)) {
    throw new FormatError(
      zip.name,
      `The zip has ${size} bytes and would unpack to ${unpacked}. Add the pictures themselves.`,
    );
  }
  isSmall = size <= SMALL_ZIP_BYTES && size <= SMALL_ENTRY_BYTES * entries.length;
  return entries
    .filter((entry) => !(entry.size === 0 && entry.name.endsWith('/')))
    .map((entry) => {
      // Some Windows programs write backslashes, against the specification (APPNOTE 4.4.17.1).
      const name = entry.name.replaceAll('\\', '/');
      const { unmarkedName } = entry;
      return { name, unmarkedName, read: () => read(entry, `${zip.name}/${name}`) };
    });
}

/** What is to be said of names that can be read in two ways, of which Python's is taken; undefined where there are none. */
export function nameRemark(files: readonly ZipFile[]): string | undefined {
  const doubtful = files.find(({ unmarkedName }) => unmarkedName !== undefined);
  if (!doubtful) return undefined;
  const { name, unmarkedName } = doubtful;
  return `its names are not marked as UTF-8, so they are read in code page 437 as Python reads them: "${name}", not "${unmarkedName}". If that is wrong, unpack the zip and add its folder`;
}

async function read(entry: ZipEntry, name: string): Promise<ByteSource> {
  if (entry.obstacle) {
    const remedy = 'Unpack the zip and add its folder, or pack it again with deflate.';
    throw new FormatError(name, `The file is ${entry.obstacle}. ${remedy}`);
  }
  if (entry.size > MAX_ENTRY_BYTES) {
    throw new FormatError(name, `The file has ${entry.size} bytes, too many for a picture.`);
  }
  try {
    return await entry.blob();
  } catch (cause) {
    if (!(cause instanceof ZipError)) throw cause;
    const reason = `The file cannot be unpacked: ${cause.message}. Download the zip again, or pack it again.`;
    throw new FormatError(name, reason, { cause });
  }
}
