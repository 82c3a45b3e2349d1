/**
 * BMP as Pillow 13 reads it, oddities included. Own code: of the fixtures' 76 BMPs fast-bmp (4.0.1) gives
 * 12 as Pillow does, bmp-ts (1.0.9) 18, and both read some that are cut short.
 */

import { FormatError } from '../../../errors';
import type { RgbImage } from '../../types';
import { takeBytes } from '../bytes';
import { coloured } from '../palette';
import { type Bmp, type BmpPixels, readBmp } from './bmp-header';
import { runLengthIndices } from './run-lengths';

function bitsOf(pixels: BmpPixels): number {
  if (pixels.kind === 'indices') return pixels.depth;
  return pixels.kind === 'packed' ? 16 : pixels.size * 8;
}

/** Writes one row as RGB. */
function writeRow(row: Uint8Array, pixels: BmpPixels, out: Uint8Array): void {
  const count = out.length / 3;
  for (let x = 0, o = 0; x < count; x++, o += 3) {
    if (pixels.kind === 'indices') {
      const { depth, palette } = pixels;
      const bit = x * depth;
      const index = ((row[bit >> 3] as number) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
      for (let c = 0; c < 3; c++) out[o + c] = palette[index * 3 + c] as number;
    } else if (pixels.kind === 'packed') {
      const { greenBits } = pixels;
      const value = (row[2 * x] as number) | ((row[2 * x + 1] as number) << 8);
      const most = (1 << greenBits) - 1;
      out[o] = (((value >> (5 + greenBits)) & 31) * 255) / 31;
      out[o + 1] = (((value >> 5) & most) * 255) / most;
      out[o + 2] = ((value & 31) * 255) / 31;
    } else {
      const { size, order } = pixels;
      for (let c = 0; c < 3; c++) out[o + c] = row[x * size + (order[c] as number)] as number;
    }
  }
}

function rawRows(bytes: Uint8Array, bmp: Bmp, file: string): Uint8Array {
  const { width, height, pixels, stride, dataAt } = bmp;
  const rowBytes = Math.ceil((width * bitsOf(pixels)) / 8);
  if (rowBytes > stride) {
    throw new FormatError(
      file,
      'The BMP has a grey palette for pixels of 4 bits, which cannot be read. Convert it to PNG.',
    );
  }
  // What fills up the last row may be missing.
  const rows = takeBytes(bytes, dataAt, stride * (height - 1) + rowBytes, 'BMP', file);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = rows.subarray(y * stride, y * stride + rowBytes);
    writeRow(row, pixels, data.subarray(y * width * 3, (y + 1) * width * 3));
  }
  return data;
}

/** Rows are stored from the bottom. */
function flipped(data: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array(data.length);
  const size = width * 3;
  for (let y = 0; y < height; y++) {
    out.set(data.subarray(y * size, (y + 1) * size), (height - 1 - y) * size);
  }
  return out;
}

/** @throws FormatError where the file is damaged, cut short, too large or of a kind that Pillow refuses as well. */
export function decodeBmp(bytes: Uint8Array<ArrayBuffer>, file: string): RgbImage {
  const bmp = readBmp(bytes, file);
  const { width, height, pixels, runLength, dataAt, topDown } = bmp;
  const stored =
    runLength && pixels.kind === 'indices'
      ? coloured(
          runLengthIndices(bytes, dataAt, { width, height, runLength }, file),
          pixels.palette,
        )
      : rawRows(bytes, bmp, file);
  return { width, height, data: topDown ? stored : flipped(stored, width, height) };
}
