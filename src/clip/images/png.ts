/**
 * PNG as Pillow 13 reads it and transformers 5.23 converts it to RGB. Own code because fast-png 8.0 scrambles interlaced
 * pictures of less than 8 bits, fills missing rows with zeros without a word, and refuses files over damaged chunks
 * that do not touch the pixels.
 */
import type { RgbImage } from '../types';
import { orientationOf, upright } from './orientation';
import { fullPalette } from './palette';
import { type Png, readPng } from './png-chunks';
import { bitsPerPixel, pngRows, type Row } from './png-rows';
import { colourKey, whiten } from './png-transparency';

/** Writes the row's pixels as RGB: the first at `at`, the next each `step` bytes further. */
type RowWriter = (row: Row, out: Uint8Array, at: number, step: number) => void;

/** Samples of 8 bits, or the high bytes of 16-bit ones; what comes after the colour of a pixel is alpha and dropped. */
function directWriter(png: Png): RowWriter {
  const pixel = bitsPerPixel(png) >> 3;
  const sample = png.colour.startsWith('rgb') ? png.depth >> 3 : 0;
  return ({ bytes, count }, out, at, step) => {
    for (let i = 0, p = 0, o = at; i < count; i++, p += pixel, o += step) {
      out[o] = bytes[p] as number;
      out[o + 1] = bytes[p + sample] as number;
      out[o + 2] = bytes[p + 2 * sample] as number;
    }
  };
}

/** Pillow keeps 16-bit grey as it is and clips it on the way to RGB: everything above 255 is white. */
const wideGreyWriter: RowWriter = ({ bytes, count }, out, at, step) => {
  for (let i = 0, o = at; i < count; i++, o += step) {
    out.fill(bytes[2 * i] === 0 ? (bytes[2 * i + 1] as number) : 255, o, o + 3);
  }
};

/** Samples of 1 to 8 bits that are looked up: palette indices, or shades of grey. */
function indexedWriter(depth: number, colours: Uint8Array): RowWriter {
  const mask = (1 << depth) - 1;
  return ({ bytes, count }, out, at, step) => {
    for (let i = 0, o = at; i < count; i++, o += step) {
      const bit = i * depth;
      const index = ((bytes[bit >> 3] as number) >> (8 - depth - (bit & 7))) & mask;
      out[o] = colours[index * 3] as number;
      out[o + 1] = colours[index * 3 + 1] as number;
      out[o + 2] = colours[index * 3 + 2] as number;
    }
  };
}

/** The shades of grey that samples of this depth stand for. */
function greys(depth: number): Uint8Array {
  const size = 255 / ((1 << depth) - 1);
  return Uint8Array.from({ length: 3 << depth }, (_, i) => Math.floor(i / 3) * size);
}

/** @throws FormatError where the file is damaged, cut short or too large. */
export function decodePng(
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
  keepsTransparent: boolean,
): RgbImage {
  const png = readPng(bytes, file);
  const { width, height, depth, colour } = png;
  const palette = fullPalette(png.palette);
  let write = directWriter(png);
  if (colour === 'palette') write = indexedWriter(depth, palette);
  else if (colour === 'grey' && depth === 16) write = wideGreyWriter;
  else if (colour === 'grey') write = indexedWriter(depth, greys(depth));

  const data = new Uint8Array(width * height * 3);
  for (const row of pngRows(png, file)) write(row, data, (row.y * width + row.x) * 3, row.step * 3);
  const key = colourKey(png, palette, file);
  if (key && !keepsTransparent) whiten(data, key);
  return upright({ width, height, data }, orientationOf(png));
}
