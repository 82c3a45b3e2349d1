/**
 * The kinds of pixels that Pillow 13 knows in TIFFs (its `OPEN_INFO`), and what its `convert("RGB")` makes of a row of them.
 * What it passes over stays passed over: 16 bits of grey clip at 255, white-is-zero is only heeded up to 8 bits.
 */
import { viewOf } from '../bytes';
import { under } from '../cmyk';
import { coloured, fullPalette } from '../palette';
import { type Tiff, unread } from './tiff-header';

/** RGB of a row of whole pixels, `count` of them. */
export type RowToRgb = (row: Uint8Array, count: number) => Uint8Array;

function clip(value: number): number {
  return Math.max(0, Math.min(255, Math.trunc(value)));
}

/** A row whose every pixel has one value. */
function greyRow(value: (row: Uint8Array, index: number) => number): RowToRgb {
  return (row, count) => {
    const out = new Uint8Array(count * 3);
    for (let i = 0, o = 0; i < count; i++, o += 3) {
      const level = value(row, i);
      out[o] = level;
      out[o + 1] = level;
      out[o + 2] = level;
    }
    return out;
  };
}

/** Sample `index` of a row of samples of 1 to 8 bits. */
function small(row: Uint8Array, index: number, bits: number): number {
  const bit = index * bits;
  return ((row[bit >> 3] as number) >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
}

/** Pillow takes what libtiff has turned into little-endian for big-endian, but for unsigned samples of 16 bits. */
function isReadAsLittle({ bits, sampleFormat, littleEndian, compression }: Tiff): boolean {
  return littleEndian || (compression !== 'none' && !(bits === 16 && sampleFormat === 1));
}

function wideGrey(tiff: Tiff): RowToRgb {
  const { bits, sampleFormat } = tiff;
  const littleEndian = isReadAsLittle(tiff);
  return (row, count) => {
    const view = viewOf(row);
    const read = (i: number): number => {
      if (sampleFormat === 3) return view.getFloat32(4 * i, littleEndian);
      if (bits === 32) return view.getInt32(4 * i, littleEndian);
      return sampleFormat === 2
        ? view.getInt16(2 * i, littleEndian)
        : view.getUint16(2 * i, littleEndian);
    };
    return greyRow((_, i) => clip(read(i)))(row, count);
  };
}

/** Where the samples of a pixel stand: the high bytes of those of 16 bits. */
function bytesOf({ bits, samples, littleEndian }: Tiff): {
  size: number;
  at: (n: number) => number;
} {
  const width = bits / 8;
  const high = bits === 16 && littleEndian ? 1 : 0;
  return { size: samples * width, at: (n) => n * width + high };
}

function colourRow(tiff: Tiff, isMultiplied: boolean): RowToRgb {
  const { size, at } = bytesOf(tiff);
  return (row, count) => {
    const out = new Uint8Array(count * 3);
    for (let i = 0, p = 0, o = 0; i < count; i++, p += size, o += 3) {
      const alpha = isMultiplied ? (row[p + at(3)] as number) : 255;
      for (let c = 0; c < 3; c++) {
        const value = row[p + at(c)] as number;
        out[o + c] = alpha === 0 ? 0 : Math.min(255, Math.floor((value * 255) / alpha));
      }
    }
    return out;
  };
}

function inkRow(tiff: Tiff): RowToRgb {
  const { size, at } = bytesOf(tiff);
  return (row, count) => {
    const out = new Uint8Array(count * 3);
    for (let i = 0, p = 0, o = 0; i < count; i++, p += size, o += 3) {
      const light = 255 - (row[p + at(3)] as number);
      for (let c = 0; c < 3; c++) out[o + c] = under(row[p + at(c)] as number, light);
    }
    return out;
  };
}

function paletteRow({ bits, samples, colorMap, compression }: Tiff, file: string): RowToRgb {
  const count = Math.floor((colorMap?.length ?? 0) / 3);
  // libtiff wants a colour for every index, and no more.
  if (compression !== 'none' && colorMap?.length !== 3 << bits) {
    throw unread(file, `a palette of ${count} colours for ${bits} bits`);
  }
  if (!colorMap || count > 256 || colorMap.some((value) => value > 65535)) {
    throw unread(file, colorMap ? `a palette of ${count} colours` : 'no palette');
  }
  const palette = fullPalette(
    Uint8Array.from({ length: count * 3 }, (_, i) =>
      Math.floor((colorMap[(i % 3) * count + Math.floor(i / 3)] as number) / 256),
    ),
  );
  return (row, width) =>
    coloured(
      Uint8Array.from({ length: width }, (_, i) => small(row, i * samples, bits)),
      palette,
    );
}

/** Kinds with their extra samples; by photometric interpretation, bits and samples. */
const EXTRAS: Readonly<Record<string, readonly string[]>> = {
  '1 8 2': ['0', '2'],
  '2 8 3': [''],
  '2 8 4': ['', '0', '1', '2', '999'],
  '2 8 5': ['0,0', '1,0', '2,0'],
  '2 8 6': ['0,0,0', '1,0,0', '2,0,0'],
  '2 16 3': [''],
  '2 16 4': ['', '0', '1', '2'],
  '3 8 2': ['0', '2'],
  '5 8 4': [''],
  '5 8 5': ['0'],
  '5 8 6': ['0,0'],
  '5 16 4': [''],
};

/** Is a picture of one sample a pixel known? */
function isSingle({ photometric, bits, sampleFormat, littleEndian }: Tiff): boolean {
  const isSmall = [1, 2, 4, 8].includes(bits);
  if (photometric === 3) return isSmall && sampleFormat === 1;
  if (photometric > 1) return false;
  if (isSmall) return sampleFormat === 1 || (sampleFormat === 2 && bits === 8 && photometric === 1);
  if (bits === 32 && sampleFormat === 3) return true;
  if (photometric === 0) return bits === 16 && sampleFormat === 1 && littleEndian;
  if (bits === 16) return sampleFormat === 1 || sampleFormat === 2;
  return bits === 32 && (sampleFormat === 2 || (sampleFormat === 1 && littleEndian));
}

/** Fill order 2 is known of few kinds; of fewer where nothing is compressed, as Pillow turns the bits itself then. */
function isReversible({
  photometric,
  bits,
  samples,
  sampleFormat,
  compression,
  littleEndian,
}: Tiff): boolean {
  if (sampleFormat !== 1) return false;
  if (photometric === 2) return bits === 8 && samples === 3;
  if (samples !== 1) return false;
  if (bits === 16) return photometric === 1 && littleEndian;
  if (bits > 8 || compression !== 'none') return bits <= 8;
  return photometric === 3 ? bits === 8 : !(photometric === 0 && bits === 8);
}

/** Planes of several samples: libtiff takes bytes and pairs of them, Pillow by itself only bytes of the plainest kinds. */
function isStackable({ bits, samples, planes, extra, photometric, compression }: Tiff): boolean {
  if (planes === 1) return true;
  if (compression !== 'none') return bits === 8 || bits === 16;
  const isPlain = photometric === 2 || photometric === 5;
  return bits === 8 && isPlain && planes === samples && extra.every((kind) => kind === 2);
}

/** @throws FormatError for kinds that Pillow refuses, and for YCbCr and Lab */
export function rowToRgb(tiff: Tiff, file: string): RowToRgb {
  const { photometric, bits, samples, extra, sampleFormat } = tiff;
  const kind = `${photometric} ${bits} ${samples}`;
  const isKnown =
    samples === 1
      ? isSingle(tiff) && extra.length === 0
      : sampleFormat === 1 && EXTRAS[kind]?.includes(extra.join(','));
  if (!isKnown) {
    const names: Readonly<Record<number, string>> = { 6: 'YCbCr colours', 8: 'Lab colours' };
    throw unread(
      file,
      names[photometric] ??
        `pixels of an unusual kind (photometric interpretation ${photometric}, ${samples} x ${bits} bits, sample format ${sampleFormat}, extra samples ${extra.join(', ') || 'none'})`,
    );
  }
  if (tiff.isReversed && !isReversible(tiff))
    throw unread(file, 'this kind of pixels in fill order 2');
  if (tiff.isPlanar && !isStackable(tiff)) throw unread(file, 'this kind of pixels in planes');
  if (photometric === 3) return paletteRow(tiff, file);
  if (photometric === 5) return inkRow(tiff);
  if (photometric === 2) {
    // A fourth plane that is not said to be anything is taken for alpha that has been multiplied in.
    const isUnsaid = tiff.isPlanar && samples === 4 && extra.length === 0;
    return colourRow(tiff, extra[0] === 1 || (isUnsaid && tiff.compression !== 'none'));
  }
  if (bits > 8) return wideGrey(tiff);
  const full = 255 / ((1 << bits) - 1);
  const turn = photometric === 0 ? 255 : 0;
  return greyRow((row, i) => (small(row, i * samples, bits) * full) ^ turn);
}
