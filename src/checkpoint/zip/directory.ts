/** The directory at a zip archive's end: what is in it, how it is packed, and where it lies. Source: PKWARE's APPNOTE 6.3.10. */
import { entryName, unmarkedName } from './entry-name';
import { ZipError } from './zip-error';

/** Reads bytes `begin` to `end` (exclusive) of the archive. */
export type ReadRange = (begin: number, end: number) => Promise<Uint8Array<ArrayBuffer>>;

export interface DirectoryEntry {
  readonly name: string;
  /** What the name would be as UTF-8 that was not marked. */
  readonly unmarkedName: string | undefined;
  readonly isEncrypted: boolean;
  /** APPNOTE 4.4.5 */
  readonly method: number;
  readonly packedSize: number;
  /** Bytes after unpacking, as the directory claims. */
  readonly size: number;
  /** Of the bytes after unpacking. */
  readonly crc32: number;
  /** Where its own header begins. */
  readonly headerAt: number;
}

export const LOCAL_HEADER_BYTES = 30;

const END_RECORD = 0x06054b50;
const END_RECORD_BYTES = 22;
/** The end record may be followed by a comment of up to 64 KiB. */
const MAX_COMMENT_BYTES = 0xffff;
const ZIP64_LOCATOR = 0x07064b50;
const ZIP64_LOCATOR_BYTES = 20;
const ZIP64_END_RECORD = 0x06064b50;
const ZIP64_END_RECORD_BYTES = 56;
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_ENTRY_BYTES = 46;
const ZIP64_EXTRA = 0x0001;
/** 32-bit fields that say "see the zip64 field". */
const SEE_ZIP64 = 0xffffffff;
/** Room for two million pictures, or for a thousand times the tensors of the largest torch archives. */
const MAX_DIRECTORY_BYTES = 256 * 1024 * 1024;

/**
 * The entries in the order of the directory, folders among them. Their number is not asked for: it has 16 bits where no zip64 record
 * is, and several programs write more entries than that.
 * @param size - of the archive in bytes
 * @throws ZipError
 */
export async function readDirectory(size: number, read: ReadRange): Promise<DirectoryEntry[]> {
  const { begin, end } = await findDirectory(size, read);
  const directory = viewOf(await read(begin, end));
  const entries: DirectoryEntry[] = [];
  for (let at = 0; at < directory.byteLength; ) {
    const { entry, next } = parseEntry(directory, at);
    entries.push(entry);
    at = next;
  }
  refuseOverlaps(entries);
  return entries;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function findDirectory(
  size: number,
  read: ReadRange,
): Promise<{ begin: number; end: number }> {
  const tailBegin = Math.max(0, size - END_RECORD_BYTES - MAX_COMMENT_BYTES - ZIP64_LOCATOR_BYTES);
  const tail = viewOf(await read(tailBegin, size));
  let at = tail.byteLength - END_RECORD_BYTES;
  while (at >= 0 && tail.getUint32(at, true) !== END_RECORD) at--;
  if (at < 0) {
    throw new ZipError(
      'the directory at its end is missing, so the file was not downloaded to its end',
    );
  }
  let length = tail.getUint32(at + 12, true);
  let begin = tail.getUint32(at + 16, true);
  const locator = at - ZIP64_LOCATOR_BYTES;
  if (locator >= 0 && tail.getUint32(locator, true) === ZIP64_LOCATOR) {
    const recordAt = Number(tail.getBigUint64(locator + 8, true));
    if (recordAt + ZIP64_END_RECORD_BYTES > size) {
      throw new ZipError('its zip64 record lies beyond its end');
    }
    const record = viewOf(await read(recordAt, recordAt + ZIP64_END_RECORD_BYTES));
    if (record.getUint32(0, true) !== ZIP64_END_RECORD) {
      throw new ZipError('its zip64 record is missing');
    }
    length = Number(record.getBigUint64(40, true));
    begin = Number(record.getBigUint64(48, true));
  }
  if (begin + length > tailBegin + at) throw new ZipError('its directory lies beyond its end');
  if (length > MAX_DIRECTORY_BYTES) throw new ZipError(`its directory has ${length} bytes`);
  return { begin, end: begin + length };
}

function parseEntry(view: DataView, at: number): { entry: DirectoryEntry; next: number } {
  const nameAt = at + DIRECTORY_ENTRY_BYTES;
  if (nameAt > view.byteLength || view.getUint32(at, true) !== DIRECTORY_ENTRY) {
    throw new ZipError('its directory is not readable');
  }
  const nameLength = view.getUint16(at + 28, true);
  const extraAt = nameAt + nameLength;
  const extraEnd = extraAt + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > view.byteLength) throw new ZipError('its directory ends early');
  const flags = view.getUint16(at + 8, true);
  const nameBytes = new Uint8Array(view.buffer, view.byteOffset + nameAt, nameLength);
  const name = entryName(nameBytes, flags);

  const wide = zip64Fields(view, extraAt, extraEnd);
  const field = (position: number): number => {
    const value = view.getUint32(position, true);
    if (value !== SEE_ZIP64) return value;
    const there = wide.shift();
    if (there === undefined) throw new ZipError(`the size or place of ${name} is missing`);
    return there;
  };
  // The order in which the zip64 field holds what did not fit.
  const size = field(at + 24);
  const packedSize = field(at + 20);
  const headerAt = field(at + 42);
  const isEncrypted = (flags & 1) !== 0;
  const method = view.getUint16(at + 10, true);
  const crc32 = view.getUint32(at + 16, true);
  const places = { isEncrypted, method, packedSize, size, crc32, headerAt };
  return { entry: { name, unmarkedName: unmarkedName(nameBytes, flags), ...places }, next };
}

function zip64Fields(view: DataView, begin: number, end: number): number[] {
  for (let at = begin; at + 4 <= end; ) {
    const fieldEnd = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === ZIP64_EXTRA && fieldEnd <= end) {
      const values: number[] = [];
      for (let i = at + 4; i + 8 <= fieldEnd; i += 8)
        values.push(Number(view.getBigUint64(i, true)));
      return values;
    }
    at = fieldEnd;
  }
  return [];
}

/**
 * Entries that share bytes make a large bomb of a small archive. They also are what is left of an archive above 4 GiB whose
 * writer knew no zip64.
 */
function refuseOverlaps(entries: readonly DirectoryEntry[]): void {
  const inPlace = entries.toSorted((a, b) => a.headerAt - b.headerAt);
  for (const [index, next] of inPlace.entries()) {
    const entry = inPlace[index - 1];
    if (entry && entry.headerAt + LOCAL_HEADER_BYTES + entry.packedSize > next.headerAt) {
      throw new ZipError(`${entry.name} and ${next.name} overlap in it`);
    }
  }
}
