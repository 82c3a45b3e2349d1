/** The headers and the palette of a BMP, read as Pillow 13's BmpImagePlugin reads them. */
import { FormatError } from '../../../errors';
import { viewOf } from '../bytes';
import { checkSize } from '../size-limit';

/** How the pixels of a row are stored. */
export type BmpPixels =
  /** Indices of so many bits into a palette of RGB triples. */
  | { readonly kind: 'indices'; readonly depth: number; readonly palette: Uint8Array }
  /** Two bytes each: bits of red, green and blue from the top. */
  | { readonly kind: 'packed'; readonly greenBits: 5 | 6 }
  /** So many bytes each, and where red, green and blue stand in them. */
  | {
      readonly kind: 'bytes';
      readonly size: 3 | 4;
      readonly order: readonly [number, number, number];
    };

export interface Bmp {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly pixels: BmpPixels;
  /** Bytes from one row to the next. */
  readonly stride: number;
  /** Bits of an index in run lengths, where the rows are packed so. */
  readonly runLength?: 4 | 8;
  readonly dataAt: number;
}

const FILE_HEADER = 14;
const OS2_HEADER = 12;
const HEADERS = [OS2_HEADER, 40, 52, 56, 64, 108, 124];
const BIT_FIELDS = 3;
const RUN_LENGTHS: Readonly<Record<number, 4 | 8>> = { 1: 8, 2: 4 };

/** Masks of red, green, blue and alpha in 32 bits, and the bytes that they stand for. */
const BYTE_ORDERS: readonly (readonly [masks: string, order: readonly [number, number, number]])[] =
  [
    ['ff0000 ff00 ff 0', [2, 1, 0]],
    ['ff000000 ff0000 ff00 0', [3, 2, 1]],
    ['ff000000 ff00 ff 0', [3, 1, 0]],
    ['ff000000 ff0000 ff00 ff', [3, 2, 1]],
    ['ff ff00 ff0000 ff000000', [0, 1, 2]],
    ['ff0000 ff00 ff ff000000', [2, 1, 0]],
    ['ff000000 ff00 ff ff0000', [3, 1, 0]],
    ['0 0 0 0', [2, 1, 0]],
  ];
const BGR = [2, 1, 0] as const;

function refused(file: string, what: string): FormatError {
  return new FormatError(file, `The BMP ${what}, which cannot be read. Convert it to PNG.`);
}

function cutShort(file: string): FormatError {
  return new FormatError(file, 'The BMP is cut short: its header is incomplete. Replace the file.');
}

interface Info {
  readonly headerSize: number;
  readonly bits: number;
  readonly compression: number;
  readonly colours: number;
  readonly masks: readonly number[];
  /** Where the palette begins. */
  readonly at: number;
}

/** Where pixels of direct colour have their samples. */
function directPixels({ bits, compression, masks }: Info, file: string): BmpPixels {
  const named = masks.map((mask) => mask.toString(16)).join(' ');
  const isPlain = compression !== BIT_FIELDS;
  if (bits === 16) {
    const colours = masks
      .slice(0, 3)
      .map((mask) => mask.toString(16))
      .join(' ');
    if (!isPlain && colours === 'f800 7e0 1f') return { kind: 'packed', greenBits: 6 };
    if (isPlain || colours === '7c00 3e0 1f') return { kind: 'packed', greenBits: 5 };
  } else if (bits === 24) {
    if (isPlain || named.startsWith('ff0000 ff00 ff '))
      return { kind: 'bytes', size: 3, order: BGR };
  } else {
    const order = isPlain ? BGR : BYTE_ORDERS.find(([known]) => known === named)?.[1];
    if (order) return { kind: 'bytes', size: 4, order };
  }
  throw refused(file, `has bit fields of an unusual kind (${named})`);
}

/** Is the palette grey, so that Pillow does without it? Of two colours it is where they are black and white. */
function isGrey(palette: Uint8Array, entry: number, colours: number): boolean {
  for (let i = 0; i < colours; i++) {
    const level = colours === 2 ? i * 255 : i & 255;
    for (let c = 0; c < 3; c++) if (palette[i * entry + c] !== level) return false;
  }
  return true;
}

function indexedPixels(
  bytes: Uint8Array,
  { headerSize, bits, colours, at }: Info,
  file: string,
): BmpPixels {
  const entry = headerSize === OS2_HEADER ? 3 : 4;
  const palette = bytes.subarray(at, at + entry * colours);
  const grey = isGrey(palette, entry, colours);
  // Pillow reads what is grey with one bit or one byte a pixel, whatever the file says of its bits.
  const depth = grey ? (colours <= 2 ? 1 : 8) : bits;
  const count = Math.floor(palette.length / entry);
  if (!grey && count > 256) throw refused(file, `has a palette of ${count} colours`);
  const rgb = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) {
    for (let c = 0; c < 3; c++) {
      const level = depth === 1 ? Math.min(i, 1) * 255 : i;
      rgb[i * 3 + c] = grey ? level : i < count ? (palette[i * entry + 2 - c] as number) : 0;
    }
  }
  return { kind: 'indices', depth, palette: rgb };
}

/** @throws FormatError where the header is cut short, of an unusual kind, or that of a picture that is too large. */
export function readBmp(bytes: Uint8Array, file: string): Bmp {
  const view = viewOf(bytes);
  if (bytes.length < FILE_HEADER + 4) throw cutShort(file);
  const headerSize = view.getUint32(FILE_HEADER, true);
  if (!HEADERS.includes(headerSize)) throw refused(file, `has a header of ${headerSize} bytes`);
  const end = FILE_HEADER + headerSize;
  if (bytes.length < end) throw cutShort(file);
  const isOs2 = headerSize === OS2_HEADER;
  const [u16, u32] = [
    (at: number) => view.getUint16(FILE_HEADER + at, true),
    (at: number) => view.getUint32(FILE_HEADER + at, true),
  ];
  const topDown = !isOs2 && bytes[FILE_HEADER + 11] === 0xff;
  const width = isOs2 ? u16(4) : u32(4);
  const height = isOs2 ? u16(6) : topDown ? 2 ** 32 - u32(8) : u32(8);
  const bits = isOs2 ? u16(10) : u16(14);
  const compression = isOs2 ? 0 : u32(16);
  checkSize(width, height, file);
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw refused(file, `has ${bits} bits a pixel`);
  const runLength = RUN_LENGTHS[compression];
  if (compression > BIT_FIELDS) throw refused(file, `has compression ${compression}`);

  let at = end;
  let masks: number[] = [];
  if (compression === BIT_FIELDS) {
    const isAfter = headerSize === 40;
    if (isAfter && bytes.length < end + 12) throw cutShort(file);
    // After a header of 40 bytes, or else within it; with alpha where there is room for it.
    masks = [40, 44, 48].map(u32);
    masks.push(headerSize >= 56 ? u32(52) : 0);
    if (isAfter) at += 12;
  }
  const colours = (isOs2 ? 0 : u32(32)) || 2 ** bits;
  if (bits <= 8 && (compression === BIT_FIELDS || colours > 65536)) {
    throw refused(
      file,
      compression === BIT_FIELDS ? 'has bit fields of indices' : `has ${colours} colours`,
    );
  }
  if (bits > 8 && runLength !== undefined) throw refused(file, `has run lengths of ${bits} bits`);
  const info = { headerSize, bits, compression, colours, masks, at };
  const pixels = bits <= 8 ? indexedPixels(bytes, info, file) : directPixels(info, file);
  const entry = isOs2 ? 3 : 4;
  const stated = view.getUint32(10, true);
  const paletteEnd = Math.min(bytes.length, at + (bits <= 8 ? entry * colours : 0));
  // Some writers give the palette's place for the pixels'.
  const dataAt = stated === end && bits <= 8 ? stated + entry * colours : stated || paletteEnd;
  const stride = Math.floor((width * bits + 31) / 32) * 4;
  return { width, height, topDown, pixels, stride, dataAt, ...(runLength ? { runLength } : {}) };
}
