/** The blocks of a GIF up to its first picture, read as leniently as Pillow 13's GifImagePlugin does. */
import { FormatError } from '../../../errors';
import { checkSize } from '../size-limit';

const SCREEN_BYTES = 13;
const EXTENSION = 0x21;
const PICTURE = 0x2c;
const TRAILER = 0x3b;
const CONTROL = 0xf9;
const COMMENT = 0xfe;
const HAS_PALETTE = 0x80;
const INTERLACED = 0x40;

export interface Gif {
  /** Of the canvas, which grows where the picture reaches beyond it. */
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly pictureWidth: number;
  readonly pictureHeight: number;
  readonly interlaced: boolean;
  /** RGB triples; none where the indices are shades of grey. */
  readonly palette?: Uint8Array;
  readonly transparent?: number;
  /** Is the transparent index a shade of grey, whatever the palette says? */
  readonly isTransparentGrey: boolean;
  /** Bits of the smallest codes, less one. */
  readonly bits: number;
  /** Where the blocks of the compressed indices begin. */
  readonly dataAt: number;
}

/** Is entry i another colour than grey i? Where none is, Pillow drops the palette. */
function isNeeded(palette: Uint8Array): boolean {
  return palette.some((value, i) => value !== Math.floor(i / 3));
}

class Reader {
  at = 0;
  constructor(
    readonly bytes: Uint8Array,
    readonly file: string,
  ) {}

  /** @throws FormatError where there are fewer bytes. */
  take(count: number): Uint8Array {
    if (this.at + count > this.bytes.length) {
      throw new FormatError(
        this.file,
        'The GIF is cut short: it ends before its picture begins. Replace the file.',
      );
    }
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  byte(): number {
    return this.take(1)[0] as number;
  }

  /** The next sub-block; empty at the end of a sequence, and of the file. */
  block(): Uint8Array {
    const size = this.bytes[this.at] ?? 0;
    const block = this.bytes.subarray(this.at + 1, this.at + 1 + size);
    this.at += 1 + size;
    return block;
  }

  skipBlocks(): void {
    while (this.block().length > 0);
  }
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

/** The transparent index of a graphic control block, or `before` where it names none. */
function transparency(
  block: Uint8Array,
  before: number | undefined,
  file: string,
): number | undefined {
  const isNamed = ((block[0] ?? 0) & 1) !== 0;
  if (block.length < (isNamed ? 4 : 3)) {
    throw new FormatError(
      file,
      'The GIF is damaged: a graphic control block is too short. Replace the file.',
    );
  }
  return isNamed ? block[3] : before;
}

function readExtension(reader: Reader, before: number | undefined): number | undefined {
  const kind = reader.byte();
  const first = reader.block();
  const after =
    kind === CONTROL && first.length > 0 ? transparency(first, before, reader.file) : before;
  // Whatever is no comment is read to the next empty block, even where the first was empty.
  if (kind !== COMMENT || first.length > 0) reader.skipBlocks();
  return after;
}

/** @throws FormatError where there is no picture, or one that is too large. */
export function readGif(bytes: Uint8Array, file: string): Gif {
  const reader = new Reader(bytes, file);
  const screen = reader.take(SCREEN_BYTES);
  const flags = screen[10] as number;
  const paletteOf = (of: number): Uint8Array => reader.take(3 << ((of & 7) + 1));
  const global = (flags & HAS_PALETTE) !== 0 ? paletteOf(flags) : undefined;
  let transparent: number | undefined;
  while (reader.at < bytes.length) {
    const kind = reader.byte();
    if (kind === TRAILER) break;
    if (kind === EXTENSION) transparent = readExtension(reader, transparent);
    if (kind !== PICTURE) continue;
    const head = reader.take(9);
    const [left, top] = [uint16(head, 0), uint16(head, 2)];
    const [pictureWidth, pictureHeight] = [uint16(head, 4), uint16(head, 6)];
    const pictureFlags = head[8] as number;
    const own = (pictureFlags & HAS_PALETTE) !== 0 ? paletteOf(pictureFlags) : undefined;
    // Where the picture's own palette is dropped the global one takes its place, but not for what is transparent.
    const palette = [own, global].find((given) => given && isNeeded(given));
    const width = Math.max(uint16(screen, 6), left + pictureWidth);
    const height = Math.max(uint16(screen, 8), top + pictureHeight);
    checkSize(pictureWidth, pictureHeight, file);
    checkSize(width, height, file);
    return {
      width,
      height,
      left,
      top,
      pictureWidth,
      pictureHeight,
      interlaced: (pictureFlags & INTERLACED) !== 0,
      ...(palette ? { palette } : {}),
      ...(transparent === undefined ? {} : { transparent }),
      isTransparentGrey: !palette || (own !== undefined && palette !== own),
      bits: reader.byte(),
      dataAt: reader.at,
    };
  }
  throw new FormatError(file, 'The GIF has no picture in it. Replace the file.');
}
