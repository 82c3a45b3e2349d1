import type { RgbImage } from '../types';
import type { RgbaPixels } from './codecs';

/** Drops the alpha channel: the colours under transparent pixels appear, as in Pillow's `convert("RGB")`. */
export function withoutAlpha({ width, height, data }: RgbaPixels): RgbImage {
  const rgb = new Uint8Array(width * height * 3);
  for (let p = 0, o = 0; o < rgb.length; p += 4, o += 3) {
    rgb[o] = data[p] as number;
    rgb[o + 1] = data[p + 1] as number;
    rgb[o + 2] = data[p + 2] as number;
  }
  return { width, height, data: rgb };
}
