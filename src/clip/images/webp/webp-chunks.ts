/** The chunks of a WebP (RFC 9649), and of its first frame where it is animated. */
import { joinBytes } from '../../../checkpoint/join-bytes';
import { FormatError } from '../../../errors';
import { checkSize } from '../size-limit';

const FIRST_CHUNK_AT = 12;
const CHUNK_HEAD = 8;
const ANIMATION_FLAG = 0x02;
const ALPHA_FLAG = 0x10;
const LOSSLESS_SIGNATURE = 0x2f;
/** Place, size, duration and flags before the chunks of a frame. */
const FRAME_HEAD = 16;

export interface WebP {
  /** Of the canvas. */
  readonly width: number;
  readonly height: number;
  readonly exif?: Uint8Array;
  readonly xmp?: Uint8Array;
  /** The first frame of an animation. */
  readonly frame?: Frame;
}

export interface Frame {
  /** Place on the canvas. */
  readonly left: number;
  readonly top: number;
  /** The frame as a WebP of its own. */
  readonly still: Uint8Array<ArrayBuffer>;
}

interface Chunk {
  readonly kind: string;
  readonly content: Uint8Array;
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

function uint24(bytes: Uint8Array, at: number): number {
  const view = viewOf(bytes);
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

function damaged(file: string, what: string): FormatError {
  return new FormatError(file, `The WebP is cut short or damaged: ${what}. Replace the file.`);
}

/** The chunks from `at` on, and whether the last one is all there. */
function chunks(
  bytes: Uint8Array,
  at: number,
): { readonly list: Chunk[]; readonly whole: boolean } {
  const view = viewOf(bytes);
  const list: Chunk[] = [];
  let next = at;
  while (next + CHUNK_HEAD <= bytes.length) {
    const kind = String.fromCharCode(...bytes.subarray(next, next + 4));
    const length = view.getUint32(next + 4, true);
    const begin = next + CHUNK_HEAD;
    list.push({ kind, content: bytes.subarray(begin, begin + length) });
    next = begin + length + (length & 1);
  }
  return { list, whole: next <= bytes.length };
}

/** Width and height as the header of a lossy or lossless bitstream has them. */
function pictureSize({ kind, content }: Chunk): readonly [number, number] | undefined {
  const view = viewOf(content);
  if (kind === 'VP8 ' && content.length >= 10) {
    return [view.getUint16(6, true) & 0x3fff, view.getUint16(8, true) & 0x3fff];
  }
  if (kind === 'VP8L' && content.length >= 5 && content[0] === LOSSLESS_SIGNATURE) {
    const bits = view.getUint32(1, true);
    return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
  }
  return undefined;
}

function isPicture({ kind }: Chunk): boolean {
  return kind === 'VP8 ' || kind === 'VP8L';
}

function sizeOf(list: readonly Chunk[]): readonly [number, number] | undefined {
  const extended = list.find(({ kind }) => kind === 'VP8X')?.content;
  if (extended && extended.length >= 10) return [uint24(extended, 4) + 1, uint24(extended, 7) + 1];
  const picture = list.find(isPicture);
  return picture && pictureSize(picture);
}

function chunkBytes(kind: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(CHUNK_HEAD + content.length + (content.length & 1));
  bytes.set(Array.from(kind, (letter) => letter.charCodeAt(0)));
  viewOf(bytes).setUint32(4, content.length, true);
  bytes.set(content, CHUNK_HEAD);
  return bytes;
}

/** A still WebP of a frame's chunks. */
function stillOf(
  picture: Chunk,
  alpha: Chunk | undefined,
  [width, height]: readonly [number, number],
) {
  const parts = [chunkBytes(picture.kind, picture.content)];
  if (alpha && picture.kind === 'VP8 ') {
    const head = new Uint8Array(10);
    const view = viewOf(head);
    head[0] = ALPHA_FLAG;
    // Three bytes each; what the first writes beyond its own is the second's.
    view.setUint32(4, width - 1, true);
    view.setUint16(7, height - 1, true);
    parts.unshift(chunkBytes('VP8X', head), chunkBytes('ALPH', alpha.content));
  }
  const head = Uint8Array.from('RIFF....WEBP', (letter) => letter.charCodeAt(0));
  const still = joinBytes([head, ...parts]);
  viewOf(still).setUint32(4, still.length - 8, true);
  return still;
}

/** @throws FormatError where a frame is damaged or does not lie on the canvas. */
function readFrame(content: Uint8Array, canvas: readonly [number, number], file: string): Frame {
  const { list } = chunks(content, FRAME_HEAD);
  const picture = list.find(isPicture);
  const size = picture && pictureSize(picture);
  if (!picture || !size) throw damaged(file, 'a frame holds no picture');
  const left = uint24(content, 0) * 2;
  const top = uint24(content, 3) * 2;
  const [width, height] = [uint24(content, 6) + 1, uint24(content, 9) + 1];
  const isWithin = (w: number, h: number) => left + w <= canvas[0] && top + h <= canvas[1];
  if (!isWithin(width, height) || !isWithin(...size)) {
    throw damaged(file, 'a frame reaches beyond its canvas');
  }
  const alpha = list.find(({ kind }) => kind === 'ALPH');
  return { left, top, still: stillOf(picture, alpha, size) };
}

/** The first frame. Like libwebp's demuxer, an animation is refused as a whole where any frame does not lie on the canvas. */
function firstFrame(
  list: readonly Chunk[],
  canvas: readonly [number, number],
  file: string,
): Frame {
  const frames = list.filter(({ kind }) => kind === 'ANMF');
  const begin = list.findIndex(({ kind }) => kind === 'ANIM');
  const [first] = frames;
  if (!first || begin < 0 || begin > list.indexOf(first)) {
    throw damaged(file, 'it has no animation, although its header says so');
  }
  const read = frames.map(({ content }) => {
    if (content.length < FRAME_HEAD) throw damaged(file, 'a frame has no header');
    return readFrame(content, canvas, file);
  });
  return read[0] as Frame;
}

/** @throws FormatError where the file has no header, is too large, or is an animation that is cut short or damaged. */
export function readWebp(bytes: Uint8Array<ArrayBuffer>, file: string): WebP {
  const stated = bytes.length >= FIRST_CHUNK_AT ? viewOf(bytes).getUint32(4, true) + 8 : 0;
  const { list, whole } = chunks(bytes.subarray(0, stated), FIRST_CHUNK_AT);
  const find = (kind: string) => list.find((chunk) => chunk.kind === kind)?.content;
  const size = sizeOf(list);
  if (!size) throw damaged(file, 'it has no header');
  checkSize(size[0], size[1], file);
  const animated = ((find('VP8X')?.[0] ?? 0) & ANIMATION_FLAG) !== 0;
  if (!whole || stated > bytes.length) throw damaged(file, 'its end is missing');
  return {
    width: size[0],
    height: size[1],
    exif: find('EXIF'),
    xmp: find('XMP '),
    ...(animated ? { frame: firstFrame(list, size, file) } : {}),
  };
}
