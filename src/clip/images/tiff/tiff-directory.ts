/** The first directory of a TIFF or BigTIFF: the whole numbers under its tags (TIFF 6.0, section 2). */
import { FormatError } from '../../../errors';
import { viewOf } from '../bytes';

/** Tags that are looked at. */
export const TAG = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  orientation: 274,
  samples: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planar: 284,
  predictor: 317,
  colorMap: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
  xmp: 700,
} as const;

export interface Directory {
  readonly littleEndian: boolean;
  /** All numbers under a tag; none where it is missing. */
  all(tag: number): readonly number[] | undefined;
  /** The one number under a tag, or `fallback` where it is missing. */
  one(tag: number, fallback?: number): number;
  /** The bytes under a tag. */
  bytes(tag: number): Uint8Array | undefined;
}

/** Bytes of a value by type: BYTE, ASCII, SHORT, LONG, RATIONAL, SBYTE, UNDEFINED, SSHORT, SLONG, SRATIONAL, FLOAT, DOUBLE, IFD. */
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
/** The types that Pillow takes for whole numbers. */
const [SHORT, LONG, IFD, LONG8] = [3, 4, 13, 16];
/** Far more than any picture has strips. */
const MAX_VALUES = 1 << 20;

interface Entry {
  readonly type: number;
  readonly count: number;
  /** Where its values stand. */
  readonly at: number;
}

function cutShort(file: string, what: string): FormatError {
  return new FormatError(file, `The TIFF is cut short or damaged: ${what}. Replace the file.`);
}

/** @throws FormatError where the directory, or the values of one of the tags that matter, are not in the file. */
export function readDirectory(bytes: Uint8Array, file: string): Directory {
  const view = viewOf(bytes);
  const littleEndian = bytes[0] === 0x49;
  const isBig = bytes[littleEndian ? 2 : 3] === 43;
  if (isBig && !littleEndian) {
    throw new FormatError(
      file,
      'The TIFF is a big-endian BigTIFF, which cannot be read. Convert it to PNG.',
    );
  }
  const u16 = (at: number) => view.getUint16(at, littleEndian);
  const u32 = (at: number) => view.getUint32(at, littleEndian);
  const offset = (at: number) => (isBig ? Number(view.getBigUint64(at, littleEndian)) : u32(at));
  const [headSize, countSize, entrySize, inline] = isBig ? [16, 8, 20, 8] : [8, 2, 12, 4];
  const inFile = (at: number, size: number) => at + size <= bytes.length;
  const start = inFile(0, headSize) ? offset(isBig ? 8 : 4) : bytes.length;
  if (start < headSize || !inFile(start, countSize)) throw cutShort(file, 'it has no directory');
  const count = isBig ? offset(start) : u16(start);
  if (!inFile(start + countSize, count * entrySize))
    throw cutShort(file, 'its directory is incomplete');

  const known = new Set<number>(Object.values(TAG));
  const entries = new Map<number, Entry>();
  for (let i = 0; i < count; i++) {
    const at = start + countSize + i * entrySize;
    const tag = u16(at);
    // Of a tag that is there twice the first counts.
    if (!known.has(tag) || entries.has(tag)) continue;
    const type = u16(at + 2);
    const values = offset(at + 4);
    const size = values * (type === LONG8 ? 8 : (SIZES[type] ?? 0));
    const place = at + (isBig ? 12 : 8);
    const from = size > inline ? offset(place) : place;
    if (!inFile(from, size)) throw cutShort(file, `the values of its tag ${tag} are not there`);
    entries.set(tag, { type, count: values, at: from });
  }

  const all = (tag: number): number[] | undefined => {
    const entry = entries.get(tag);
    if (!entry) return undefined;
    const { type, at } = entry;
    if (entry.count > MAX_VALUES) throw cutShort(file, `its tag ${tag} has too many values`);
    return Array.from({ length: entry.count }, (_, i) => {
      if (type === SHORT) return u16(at + 2 * i);
      if (type === LONG || type === IFD) return u32(at + 4 * i);
      if (type === LONG8) return Number(view.getBigUint64(at + 8 * i, littleEndian));
      throw cutShort(file, `its tag ${tag} holds no whole numbers`);
    });
  };
  return {
    littleEndian,
    all,
    one(tag, fallback) {
      const [value = fallback, ...others] = all(tag) ?? [];
      if (value === undefined || others.length > 0)
        throw cutShort(file, `its tag ${tag} is not one number`);
      return value;
    },
    bytes(tag) {
      const entry = entries.get(tag);
      return entry && bytes.subarray(entry.at, entry.at + entry.count * (SIZES[entry.type] ?? 0));
    },
  };
}
