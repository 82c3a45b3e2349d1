/** Pillow's nearest-neighbour scaling, bit for bit: it steps through the source by repeated addition (Geometry.c). */
import type { RgbImage } from '../types';
import type { Window } from './resample';

/** Source index of the output samples `[from, from + count)`. */
function sources(inSize: number, outSize: number, from: number, count: number): Int32Array {
  const step = inSize / outSize;
  const indices = new Int32Array(count);
  // Added up from the first sample as Pillow does: a product would round differently now and then.
  let position = step * 0.5;
  for (let i = 0; i < from + count; i++) {
    if (i >= from) indices[i - from] = Math.trunc(position);
    position += step;
  }
  return indices;
}

/** The window of `image` scaled to `width` x `height`, each pixel the nearest of the source. */
export function nearest(image: RgbImage, width: number, height: number, window: Window): RgbImage {
  const columns = sources(image.width, width, window.left, window.width);
  const rows = sources(image.height, height, window.top, window.height);
  const data = new Uint8Array(window.width * window.height * 3);
  let o = 0;
  for (const row of rows) {
    for (const column of columns) {
      const p = (row * image.width + column) * 3;
      data[o] = image.data[p] as number;
      data[o + 1] = image.data[p + 1] as number;
      data[o + 2] = image.data[p + 2] as number;
      o += 3;
    }
  }
  return { width: window.width, height: window.height, data };
}
