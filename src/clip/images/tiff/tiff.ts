/**
 * TIFF as Pillow 13 reads it (by itself where nothing is compressed, else by libtiff) and converts it to RGB; of several
 * pages the first. Own code: npm's tiff (7.1.3) gives 88 of the fixtures' 306 TIFFs as Pillow
 * does, and knows neither PackBits nor planes nor inks.
 */
import type { RgbImage } from '../../types';
import { upright } from '../orientation';
import { chunkRows } from './tiff-chunks';
import { readTiff, type Tiff } from './tiff-header';
import { rowToRgb } from './tiff-kinds';

/** Rows of whole pixels out of planes of bytes, or of pairs of them. */
function stacked(bytes: Uint8Array, tiff: Tiff, file: string): Uint8Array {
  const { width, height, samples, bits } = tiff;
  const size = bits / 8;
  const pixels = new Uint8Array(width * height * samples * size);
  for (const row of chunkRows(bytes, tiff, file)) {
    let o = ((row.y * width + row.x) * samples + row.plane) * size;
    for (let i = 0; i < row.count; i++, o += samples * size) {
      for (let byte = 0; byte < size; byte++)
        pixels[o + byte] = row.bytes[i * size + byte] as number;
    }
  }
  return pixels;
}

/** @throws FormatError where the file is damaged, cut short, too large or of a kind that is not read. */
export function decodeTiff(bytes: Uint8Array<ArrayBuffer>, file: string): RgbImage {
  const tiff = readTiff(bytes, file);
  const { width, height, samples, bits } = tiff;
  const convert = rowToRgb(tiff, file);
  const data = new Uint8Array(width * height * 3);
  if (tiff.isPlanar && tiff.planes > 1) {
    const pixels = stacked(bytes, tiff, file);
    const stride = (width * samples * bits) / 8;
    for (let y = 0; y < height; y++) {
      data.set(convert(pixels.subarray(y * stride, (y + 1) * stride), width), y * width * 3);
    }
  } else {
    for (const { bytes: row, x, y, count } of chunkRows(bytes, tiff, file)) {
      data.set(convert(row, count), (y * width + x) * 3);
    }
  }
  return upright({ width, height, data }, tiff.orientation);
}
