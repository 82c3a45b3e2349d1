/** WebP as Pillow 13 reads it, by the same libwebp (as WebAssembly). Layout: RFC 9649. */
import { FormatError } from '../../errors';
import type { RgbImage } from '../types';
import { CodecError, codecs } from './codecs';
import { orientationOf, upright } from './orientation';
import { withoutAlpha } from './rgba';
import { checkSize } from './size-limit';

const ANIMATION_FLAG = 0x02;
const FIRST_CHUNK_AT = 12;
const LOSSLESS_SIGNATURE = 0x2f;

interface WebP {
  readonly width: number;
  readonly height: number;
  readonly exif?: Uint8Array;
  readonly xmp?: Uint8Array;
}

/** Content of the chunks, the first of each kind. */
function chunks(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const found = new Map<string, Uint8Array>();
  let at = FIRST_CHUNK_AT;
  while (at + 8 <= bytes.length) {
    const kind = String.fromCharCode(...bytes.subarray(at, at + 4));
    const length = view.getUint32(at + 4, true);
    if (!found.has(kind)) found.set(kind, bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length + (length & 1);
  }
  return found;
}

/** Width and height as the bitstream's own header or the extended one has them. */
function size(parts: ReadonlyMap<string, Uint8Array>): [number, number] | undefined {
  const extended = parts.get('VP8X');
  const lossy = parts.get('VP8 ');
  const lossless = parts.get('VP8L');
  const view = (part: Uint8Array) => new DataView(part.buffer, part.byteOffset, part.length);
  if (extended && extended.length >= 10) {
    const sides = view(extended);
    const at = (i: number) => sides.getUint16(i, true) + (sides.getUint8(i + 2) << 16) + 1;
    return [at(4), at(7)];
  }
  if (lossy && lossy.length >= 10) {
    const sides = view(lossy);
    return [sides.getUint16(6, true) & 0x3fff, sides.getUint16(8, true) & 0x3fff];
  }
  if (lossless && lossless.length >= 5 && lossless[0] === LOSSLESS_SIGNATURE) {
    const bits = view(lossless).getUint32(1, true);
    return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
  }
  return undefined;
}

function readWebp(bytes: Uint8Array, file: string): WebP {
  const parts = chunks(bytes);
  const sides = size(parts);
  if (!sides)
    throw new FormatError(
      file,
      'The WebP is cut short or damaged: it has no header. Replace the file.',
    );
  if (((parts.get('VP8X')?.[0] ?? 0) & ANIMATION_FLAG) !== 0) {
    throw new FormatError(
      file,
      'The WebP is animated; only still pictures can be read. Save one frame of it as PNG.',
    );
  }
  checkSize(sides[0], sides[1], file);
  return { width: sides[0], height: sides[1], exif: parts.get('EXIF'), xmp: parts.get('XMP ') };
}

/** @throws FormatError where the file is damaged, cut short, too large or animated. */
export async function decodeWebp(bytes: Uint8Array<ArrayBuffer>, file: string): Promise<RgbImage> {
  const webp = readWebp(bytes, file);
  try {
    return upright(withoutAlpha(await codecs.webp(bytes.buffer)), orientationOf(webp));
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause;
    throw new FormatError(
      file,
      'The WebP is cut short or damaged: it cannot be decoded. Replace the file.',
      { cause },
    );
  }
}
