/**
 * The first picture of a GIF as Pillow 13 reads it and transformers 5.23 converts it to RGB. Own code because omggif
 * (1.0.10) gives these pixels for 23 of the fixtures' 43 GIFs, and takes most damaged ones.
 */
import type { RgbImage } from '../../types';
import { coloured, fullPalette, greyPalette } from '../palette';
import { whiten } from '../png-transparency';
import { readGif } from './gif-blocks';
import { gifIndices } from './gif-lzw';

/**
 * The canvas around the picture has the transparent index, else index 0; never the background colour. Pixels of the
 * transparent index's colour become white, because Pillow carries that colour along to RGB.
 *
 * @throws FormatError where the file is damaged, cut short or too large.
 */
export function decodeGif(
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
  keepsTransparent: boolean,
): RgbImage {
  const gif = readGif(bytes, file);
  const { width, height, left, top, pictureWidth, pictureHeight, transparent } = gif;
  const picture = gifIndices(bytes, gif, file);
  const palette = gif.palette ? fullPalette(gif.palette) : greyPalette();
  if (transparent !== undefined && !keepsTransparent) {
    const colours = gif.isTransparentGrey ? greyPalette() : palette;
    const [r = 0, g = 0, b = 0] = colours.subarray(transparent * 3, transparent * 3 + 3);
    whiten(palette, [r, g, b]);
  }
  const around = (transparent ?? 0) * 3;
  const data = filled(width * height * 3, palette.subarray(around, around + 3));
  for (let y = 0; y < pictureHeight; y++) {
    const row = picture.subarray(y * pictureWidth, (y + 1) * pictureWidth);
    data.set(coloured(row, palette), ((top + y) * width + left) * 3);
  }
  return { width, height, data };
}

/** Bytes that repeat one colour. */
function filled(size: number, colour: Uint8Array): Uint8Array {
  const data = new Uint8Array(size);
  data.set(colour);
  // What is there is doubled until it is all.
  for (let length = colour.length; length < size; length *= 2) data.copyWithin(length, 0, length);
  return data;
}
