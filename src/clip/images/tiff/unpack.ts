/** A strip or tile as it was before it was compressed. */
import { unzlibSync } from 'fflate';
import { ChunkError } from './chunk-error';
import type { Compression } from './tiff-header';
import { unpackLzw } from './tiff-lzw';

/** Bytes that one byte can stand for at most: what promises more cannot hold it, and nothing is allocated for it. */
const MAX_RATIO: Readonly<Record<Compression, number>> = {
  none: 1,
  LZW: 4096,
  Deflate: 1040,
  PackBits: 128,
};

const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit);
  return reversed;
});

/** Every byte with its bits the other way round. */
export function reversedBits(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => REVERSED[byte] as number);
}

/** TIFF 6.0, section 9. Bytes beyond `size` are dropped, as libtiff drops them. */
function unpackBits(data: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let at = 0;
  let filled = 0;
  while (filled < size && at < data.length) {
    const head = data[at++] as number;
    if (head === 128) continue;
    if (head < 128) {
      const literal = data.subarray(at, at + Math.min(head + 1, size - filled));
      if (literal.length < Math.min(head + 1, size - filled)) break;
      out.set(literal, filled);
      filled += literal.length;
      at += head + 1;
    } else {
      if (at >= data.length) break;
      const end = Math.min(size, filled + 257 - head);
      out.fill(data[at++] as number, filled, end);
      filled = end;
    }
  }
  if (filled < size) throw new ChunkError(`${filled} of ${size} bytes are there`);
  return out;
}

/** The checksum at the end of a zlib stream (RFC 1950). */
function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (let at = 0; at < bytes.length; ) {
    // So many additions stay whole numbers; the remainder can wait.
    for (const end = Math.min(bytes.length, at + 4096); at < end; at++) {
      low += bytes[at] as number;
      high += low;
    }
    low %= 65521;
    high %= 65521;
  }
  return ((high << 16) | low) >>> 0;
}

/** Where a stream ends is not known, but some writers pad it a little. */
const TAIL_BYTES = 32;

function hasChecksum(data: Uint8Array, out: Uint8Array): boolean {
  const sum = adler32(out);
  const tail = data.subarray(-TAIL_BYTES);
  for (let at = 0; at + 4 <= tail.length; at++) {
    if ([24, 16, 8, 0].every((shift, i) => tail[at + i] === ((sum >>> shift) & 255))) return true;
  }
  return false;
}

function inflate(data: Uint8Array, size: number): Uint8Array {
  let out: Uint8Array;
  try {
    // The size is known, so a stream that would inflate to more cannot take more memory.
    out = unzlibSync(data, { out: new Uint8Array(size) });
  } catch (cause) {
    throw new ChunkError((cause as Error).message, { cause });
  }
  if (out.length < size) throw new ChunkError(`${out.length} of ${size} bytes are there`);
  if (!hasChecksum(data, out)) throw new ChunkError('its checksum is wrong');
  return out;
}

/** @throws ChunkError where `size` bytes cannot be had */
export function unpack(data: Uint8Array, size: number, compression: Compression): Uint8Array {
  if (size > data.length * MAX_RATIO[compression]) throw new ChunkError('data is missing');
  if (compression === 'LZW') return unpackLzw(data, size);
  if (compression === 'Deflate') return inflate(data, size);
  return compression === 'PackBits' ? unpackBits(data, size) : data.subarray(0, size);
}
