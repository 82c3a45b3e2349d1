/**
 * Pillow's resampling of 8-bit RGB pictures, bit for bit: two passes with fixed-point weights, each rounded to 8 bits
 * (Pillow 13, src/libImaging/Resample.c). Only a window of the result can be asked for, because CLIP crops what it
 * resizes; the pixels in the window are the ones of the whole result.
 */
import type { RgbImage } from '../types';
import { type Coefficients, coefficients, PRECISION_BITS, type Span } from './coefficients';
import type { FilterName } from './filters';

/** Half a unit of the result, so that the final shift rounds. */
const HALF = 1 << (PRECISION_BITS - 1);

/** A rectangle of a picture, in its pixels; must lie within it. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A rectangle of a larger picture, and where its first pixel stands there. */
interface Part extends RgbImage {
  readonly left: number;
  readonly top: number;
}

function clip8(sum: number): number {
  return Math.max(0, Math.min(255, sum >> PRECISION_BITS));
}

/** Resamples the part's `rows` along x. */
function horizontalPass(
  part: Part,
  rows: Span,
  { taps, firsts, counts, weights }: Coefficients,
): RgbImage {
  const { data } = part;
  const width = firsts.length;
  const height = rows.to - rows.from;
  const out = new Uint8Array(height * width * 3);
  let o = 0;
  for (let y = 0; y < height; y++) {
    const row = ((rows.from - part.top + y) * part.width - part.left) * 3;
    for (let x = 0; x < width; x++) {
      let p = row + (firsts[x] as number) * 3;
      const from = x * taps;
      const to = from + (counts[x] as number);
      let r = HALF;
      let g = HALF;
      let b = HALF;
      for (let k = from; k < to; k++) {
        const weight = weights[k] as number;
        r = (r + Math.imul(data[p] as number, weight)) | 0;
        g = (g + Math.imul(data[p + 1] as number, weight)) | 0;
        b = (b + Math.imul(data[p + 2] as number, weight)) | 0;
        p += 3;
      }
      out[o] = clip8(r);
      out[o + 1] = clip8(g);
      out[o + 2] = clip8(b);
      o += 3;
    }
  }
  return { width, height, data: out };
}

/** Resamples the part's `columns` along y. */
function verticalPass(
  part: Part,
  columns: Span,
  { taps, firsts, counts, weights }: Coefficients,
): RgbImage {
  const { data } = part;
  const width = columns.to - columns.from;
  const height = firsts.length;
  const stride = width * 3;
  const out = new Uint8Array(height * stride);
  const sums = new Int32Array(stride);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    for (let k = 0; k < (counts[y] as number); k++) {
      const weight = weights[y * taps + k] as number;
      const row = (firsts[y] as number) + k - part.top;
      const p = (row * part.width + columns.from - part.left) * 3;
      for (let i = 0; i < stride; i++) {
        sums[i] = ((sums[i] as number) + Math.imul(data[p + i] as number, weight)) | 0;
      }
    }
    for (let i = 0; i < stride; i++) out[y * stride + i] = clip8(sums[i] as number);
  }
  return { width, height, data: out };
}

/** The window of `image` as it is. */
export function cut(image: RgbImage, { left, top, width, height }: Window): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * 3;
    data.set(image.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { width, height, data };
}

/**
 * The window of `image` resampled to `width` x `height`. An axis whose size does not change is not resampled. The order
 * of the two passes is Pillow's, because the rounding between them shows in the result.
 */
export function resample(
  image: RgbImage,
  width: number,
  height: number,
  filter: FilterName,
  window: Window,
): RgbImage {
  const columns = { from: window.left, to: window.left + window.width };
  const rows = { from: window.top, to: window.top + window.height };
  const whole: Part = { ...image, left: 0, top: 0 };
  const alongX = coefficients(image.width, width, columns, filter);
  const alongY = coefficients(image.height, height, rows, filter);
  if (image.height === height) return horizontalPass(whole, rows, alongX);
  if (image.width === width) return verticalPass(whole, columns, alongY);

  const rowsLost = image.height - height;
  if (rowsLost > 0 && rowsLost > (image.width - width) * 2) {
    const band = verticalPass(whole, alongX.source, alongY);
    return horizontalPass({ ...band, left: alongX.source.from, top: rows.from }, rows, alongX);
  }
  const band = horizontalPass(whole, alongY.source, alongX);
  return verticalPass({ ...band, left: columns.from, top: alongY.source.from }, columns, alongY);
}
