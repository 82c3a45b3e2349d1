/** The data of one entry of a zip archive. */
import { Inflate, inflateSync } from 'fflate';
import { crc32 } from '../crc32';
import { type DirectoryEntry, LOCAL_HEADER_BYTES, type ReadRange, viewOf } from './directory';
import { DEFLATED, obstacle } from './methods';
import { ZipError } from './zip-error';

const LOCAL_HEADER = 0x04034b50;
/** Packed bytes that are unpacked at a time: at most a thousandfold, 64 MiB, comes out of them at once. */
const INFLATE_CHUNK = 64 * 1024;
/** Deflate makes 258 bytes of two bits at best, so what claims more is not worth the memory. */
const MAX_RATIO = 1032;
/** A deflated entry lies in memory in one piece, packed and unpacked. No picture is larger, and torch never deflates. */
const MAX_DEFLATED_BYTES = 2 ** 31;

/** Where an entry's data lies in the archive. */
export interface Place {
  readonly begin: number;
  readonly isDeflated: boolean;
}

/**
 * Finds an entry's data: its own header repeats its name, and its length decides where they begin.
 * @param archiveSize - in bytes
 * @throws ZipError for what is encrypted, packed in another way, or not where the directory says
 */
export async function findData(
  entry: DirectoryEntry,
  archiveSize: number,
  read: ReadRange,
): Promise<Place> {
  const { name, method, headerAt, packedSize, size } = entry;
  const unread = obstacle(entry);
  if (unread) throw new ZipError(`${name} is ${unread}`);
  const isDeflated = method === DEFLATED;
  const nameAt = headerAt + LOCAL_HEADER_BYTES;
  if (nameAt > archiveSize) throw new ZipError(`${name} lies beyond its end`);
  const header = viewOf(await read(headerAt, nameAt));
  if (header.getUint32(0, true) !== LOCAL_HEADER) {
    throw new ZipError(`${name} is not where the directory says`);
  }
  const begin = nameAt + header.getUint16(26, true) + header.getUint16(28, true);
  if (
    isDeflated &&
    (Math.max(size, packedSize) > MAX_DEFLATED_BYTES || size > packedSize * MAX_RATIO)
  ) {
    throw new ZipError(`${name} has ${packedSize} bytes and would unpack to ${size}`);
  }
  const isWhole = isDeflated || packedSize === size;
  if (!isWhole || begin + packedSize > archiveSize) throw new ZipError(`${name} is cut off`);
  return { begin, isDeflated };
}

/**
 * Unpacks a deflated entry, which must have the size and the CRC-32 that the directory claims.
 * @param at - where its data begins
 * @throws ZipError where it ends before, goes on after, or is no deflated data
 */
export async function inflateWhole(
  { name, packedSize, size, crc32: sum }: DirectoryEntry,
  at: number,
  read: ReadRange,
): Promise<Uint8Array<ArrayBuffer>> {
  if (size === 0) return new Uint8Array(0);
  const packed = await read(at, at + packedSize);
  // One byte more than there should be shows what is longer.
  const out = new Uint8Array(size + 1);
  let length: number;
  try {
    length =
      packedSize > INFLATE_CHUNK
        ? await inflateStream(packed, out)
        : inflateSync(packed, { out }).length;
  } catch (cause) {
    throw new ZipError(`${name} cannot be unpacked`, { cause });
  }
  if (length < size) throw new ZipError(`${name} ends early`);
  if (length > size) throw new ZipError(`${name} is longer than it claims`);
  const bytes = out.subarray(0, size);
  if (crc32(bytes) !== sum)
    throw new ZipError(`${name} is not what was packed: its CRC-32 differs`);
  return bytes;
}

/**
 * Fills `out` by the browser's own decompression, several times as fast as fflate, though a stream takes longer to make than
 * a small picture to unpack. It stops where `out` is full, which fflate does not.
 */
async function inflateStream(packed: Uint8Array<ArrayBuffer>, out: Uint8Array): Promise<number> {
  const unpacking = new DecompressionStream('deflate-raw');
  const reader = new Blob([packed]).stream().pipeThrough(unpacking).getReader();
  let length = 0;
  try {
    while (length < out.length) {
      const { value, done } = await reader.read();
      if (done) break;
      const part = value.subarray(0, out.length - length);
      out.set(part, length);
      length += part.length;
    }
    return length;
  } finally {
    // Whatever ended it, there is nothing left of the stream that could fail.
    reader.cancel().catch(() => undefined);
  }
}

/**
 * Unpacks a deflated entry from its start and keeps bytes `begin` to `end` (exclusive). Nothing is unpacked beyond them,
 * whatever more there is.
 * @param at - where its data begins
 * @throws ZipError where it ends before, or is no deflated data
 */
export async function inflatePart(
  { name, packedSize }: DirectoryEntry,
  at: number,
  begin: number,
  end: number,
  read: ReadRange,
): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Uint8Array(end - begin);
  let unpacked = 0;
  const inflate = new Inflate((chunk) => {
    const skip = Math.max(0, begin - unpacked);
    const part = chunk.subarray(skip, Math.max(skip, end - unpacked));
    if (part.length > 0) out.set(part, unpacked + skip - begin);
    unpacked += chunk.length;
  });
  for (let done = 0; done < packedSize && unpacked < end; done += INFLATE_CHUNK) {
    const stop = Math.min(done + INFLATE_CHUNK, packedSize);
    const packed = await read(at + done, at + stop);
    try {
      inflate.push(packed, stop === packedSize);
    } catch (cause) {
      throw new ZipError(`${name} cannot be unpacked`, { cause });
    }
  }
  if (unpacked < end) throw new ZipError(`${name} ends early`);
  return out;
}
