/** A zip archive over a Blob: its directory is read, and then only what is asked for. Source: PKWARE's APPNOTE 6.3.10. */
import { Inflate } from 'fflate';
import { FormatError } from '../../errors';
import { readBytes } from '../read-bytes';
import type { NamedBlob } from '../types';

export interface ZipEntry {
  readonly name: string;
  /** Bytes after unpacking. */
  readonly size: number;
  /** Reads bytes `begin` to `end` (exclusive) of the unpacked entry. Of a stored entry only these; a deflated one is unpacked to there. */
  read(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

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
const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;
const ZIP64_EXTRA = 0x0001;
/** 32-bit fields that say "see the zip64 field". */
const SEE_ZIP64 = 0xffffffff;
const STORED = 0;
const DEFLATED = 8;
/** Room for 500,000 entries; the largest torch archives have a few thousand. */
const MAX_DIRECTORY_BYTES = 64 * 1024 * 1024;
/** Packed bytes that are unpacked at a time: at most a thousandfold, 64 MiB, comes out of them at once. */
const INFLATE_CHUNK = 64 * 1024;
/** torch never deflates: what is re-packed by hand and larger than this is no tensor of a CLIP. */
const MAX_DEFLATED_BYTES = 2 ** 31;

interface DirectoryEntry {
  readonly name: string;
  readonly method: number;
  readonly packedSize: number;
  readonly size: number;
  readonly headerAt: number;
}

/** Reads the directory of an archive. @throws FormatError */
export async function openZip(file: NamedBlob): Promise<ReadonlyMap<string, ZipEntry>> {
  const { begin, end } = await findDirectory(file);
  const directory = new DataView((await readBytes(file, begin, end)).buffer);
  const entries = new Map<string, ZipEntry>();
  for (let at = 0; at < directory.byteLength; ) {
    const { entry, next } = parseEntry(file, directory, at);
    if (entries.has(entry.name)) damaged(file, `${entry.name} is there twice`);
    entries.set(entry.name, { name: entry.name, size: entry.size, read: reader(file, entry) });
    at = next;
  }
  return entries;
}

function damaged(file: NamedBlob, what: string): never {
  throw new FormatError(file.name, `it is a damaged zip archive: ${what}. Download it again.`);
}

async function findDirectory(file: NamedBlob): Promise<{ begin: number; end: number }> {
  const { size } = file.blob;
  const tailBegin = Math.max(0, size - END_RECORD_BYTES - MAX_COMMENT_BYTES - ZIP64_LOCATOR_BYTES);
  const tail = new DataView((await readBytes(file, tailBegin, size)).buffer);
  let at = tail.byteLength - END_RECORD_BYTES;
  while (at >= 0 && tail.getUint32(at, true) !== END_RECORD) at--;
  if (at < 0)
    return damaged(
      file,
      'the directory at its end is missing, so the file was not downloaded to its end',
    );

  let length = tail.getUint32(at + 12, true);
  let begin = tail.getUint32(at + 16, true);
  const locator = at - ZIP64_LOCATOR_BYTES;
  if (locator >= 0 && tail.getUint32(locator, true) === ZIP64_LOCATOR) {
    const recordAt = Number(tail.getBigUint64(locator + 8, true));
    if (recordAt + ZIP64_END_RECORD_BYTES > size)
      return damaged(file, 'its zip64 record lies beyond its end');
    const record = new DataView(
      (await readBytes(file, recordAt, recordAt + ZIP64_END_RECORD_BYTES)).buffer,
    );
    if (record.getUint32(0, true) !== ZIP64_END_RECORD)
      return damaged(file, 'its zip64 record is missing');
    length = Number(record.getBigUint64(40, true));
    begin = Number(record.getBigUint64(48, true));
  }
  if (begin + length > tailBegin + at) return damaged(file, 'its directory lies beyond its end');
  if (length > MAX_DIRECTORY_BYTES) return damaged(file, `its directory has ${length} bytes`);
  return { begin, end: begin + length };
}

function parseEntry(
  file: NamedBlob,
  view: DataView,
  at: number,
): { entry: DirectoryEntry; next: number } {
  const nameAt = at + DIRECTORY_ENTRY_BYTES;
  if (nameAt > view.byteLength || view.getUint32(at, true) !== DIRECTORY_ENTRY) {
    return damaged(file, 'its directory is not readable');
  }
  const nameLength = view.getUint16(at + 28, true);
  const extraAt = nameAt + nameLength;
  const extraEnd = extraAt + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > view.byteLength) return damaged(file, 'its directory ends early');
  const name = new TextDecoder().decode(new Uint8Array(view.buffer, nameAt, nameLength));
  if (view.getUint16(at + 8, true) & 1) damaged(file, `${name} is encrypted`);

  const wide = zip64Fields(view, extraAt, extraEnd);
  const field = (position: number): number => {
    const value = view.getUint32(position, true);
    if (value !== SEE_ZIP64) return value;
    return wide.shift() ?? damaged(file, `the size or place of ${name} is missing`);
  };
  // The order in which the zip64 field holds what did not fit.
  const size = field(at + 24);
  const packedSize = field(at + 20);
  const headerAt = field(at + 42);
  return {
    entry: { name, method: view.getUint16(at + 10, true), packedSize, size, headerAt },
    next,
  };
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

function reader(file: NamedBlob, entry: DirectoryEntry): ZipEntry['read'] {
  let dataBegin: Promise<number> | undefined;
  return async (begin, end) => {
    if (!(begin >= 0 && begin <= end && end <= entry.size)) {
      throw new RangeError(
        `bytes ${begin} to ${end} are not in ${entry.name} (${entry.size} bytes)`,
      );
    }
    dataBegin ??= findData(file, entry);
    const at = await dataBegin;
    return entry.method === STORED
      ? readBytes(file, at + begin, at + end)
      : inflatePart(file, entry, at, begin, end);
  };
}

/** The entry's own header repeats its name, and its length decides where the data begins. */
async function findData(file: NamedBlob, entry: DirectoryEntry): Promise<number> {
  const { name, method, headerAt, packedSize } = entry;
  if (method !== STORED && method !== DEFLATED) {
    return damaged(file, `${name} is packed by method ${method}, which torch never writes`);
  }
  const nameAt = headerAt + LOCAL_HEADER_BYTES;
  if (nameAt > file.blob.size) return damaged(file, `${name} lies beyond its end`);
  const header = new DataView((await readBytes(file, headerAt, nameAt)).buffer);
  if (header.getUint32(0, true) !== LOCAL_HEADER)
    return damaged(file, `${name} is not where the directory says`);
  const begin = nameAt + header.getUint16(26, true) + header.getUint16(28, true);
  if (method === DEFLATED && entry.size > MAX_DEFLATED_BYTES) {
    return damaged(file, `${name} is deflated and would have ${entry.size} bytes`);
  }
  const isWhole = method === DEFLATED || packedSize === entry.size;
  if (!isWhole || begin + packedSize > file.blob.size) return damaged(file, `${name} is cut off`);
  return begin;
}

/** Unpacks from the entry's start to `end` and keeps what is asked for; what a bomb says beyond its size is not unpacked. */
async function inflatePart(
  file: NamedBlob,
  { name, packedSize }: DirectoryEntry,
  at: number,
  begin: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Uint8Array(end - begin);
  let unpacked = 0;
  const inflate = new Inflate((chunk) => {
    const skip = Math.max(0, begin - unpacked);
    const part = chunk.subarray(skip, Math.max(skip, end - unpacked));
    if (part.length > 0) out.set(part, unpacked + skip - begin);
    unpacked += chunk.length;
  });
  for (let read = 0; read < packedSize && unpacked < end; read += INFLATE_CHUNK) {
    const stop = Math.min(read + INFLATE_CHUNK, packedSize);
    const packed = await readBytes(file, at + read, at + stop);
    try {
      inflate.push(packed, stop === packedSize);
    } catch (cause) {
      throw new FormatError(
        file.name,
        `it is a damaged zip archive: ${name} cannot be unpacked. Download it again.`,
        { cause },
      );
    }
  }
  if (unpacked < end) damaged(file, `${name} ends early`);
  return out;
}
