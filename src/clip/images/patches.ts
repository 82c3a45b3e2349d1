/** Pictures into tensors: as patches for a patch embedding that is a matrix product, or as planes. */
import type { ProcessorConfig, RgbImage } from '../types';

/** For each channel the fp32 value of every 8-bit sample. */
export type PixelTable = readonly [Float32Array, Float32Array, Float32Array];

/**
 * What each of the 256 sample values becomes in each channel: `(f32(f64(sample) * factor) - f32(mean)) / f32(std)`,
 * rounded to fp32 after every step, as transformers' `rescale` and `normalize` compute it with numpy.
 */
export function pixelTable({ rescaleFactor, mean, std }: ProcessorConfig): PixelTable {
  const channel = (index: 0 | 1 | 2) =>
    Float32Array.from({ length: 256 }, (_, sample) => {
      const rescaled = rescaleFactor === null ? sample : Math.fround(sample * rescaleFactor);
      if (mean === null || std === null) return rescaled;
      return Math.fround(rescaled - Math.fround(mean[index])) / Math.fround(std[index]);
    });
  return [channel(0), channel(1), channel(2)];
}

/** Number of values that `writePatches` writes for a picture of this size. */
export function patchesLength(width: number, height: number, patchSize: number): number {
  return Math.floor(height / patchSize) * Math.floor(width / patchSize) * 3 * patchSize ** 2;
}

/**
 * Writes the picture as patch rows `[N, 3 * patchSize * patchSize]` at `offset` of `out`: patches row by row, each in
 * the order channel, row, column, which is the order of a `[D, 3, P, P]` convolution kernel flattened to `[D, 3 * P * P]`.
 * Pixels beyond the last whole patch are left out, as a convolution with stride P leaves them out.
 *
 * @throws RangeError where `out` is too short.
 */
export function writePatches(
  crop: RgbImage,
  table: PixelTable,
  patchSize: number,
  out: Float32Array,
  offset: number,
): void {
  const rows = Math.floor(crop.height / patchSize);
  const columns = Math.floor(crop.width / patchSize);
  checkRoom(out, offset, patchesLength(crop.width, crop.height, patchSize));
  const [red, green, blue] = table;
  const { data } = crop;
  const plane = patchSize * patchSize;
  for (let y = 0; y < rows * patchSize; y++) {
    const firstPatch = offset + Math.floor(y / patchSize) * columns * 3 * plane;
    let o = firstPatch + (y % patchSize) * patchSize;
    let p = y * crop.width * 3;
    for (let patch = 0; patch < columns; patch++) {
      for (let x = 0; x < patchSize; x++) {
        out[o] = red[data[p] as number] as number;
        out[o + plane] = green[data[p + 1] as number] as number;
        out[o + 2 * plane] = blue[data[p + 2] as number] as number;
        o++;
        p += 3;
      }
      o += 3 * plane - patchSize;
    }
  }
}

/**
 * Writes the picture as planes `[3, height, width]` at `offset` of `out`: transformers' `pixel_values`.
 *
 * @throws RangeError where `out` is too short.
 */
export function writePixels(
  crop: RgbImage,
  table: PixelTable,
  out: Float32Array,
  offset: number,
): void {
  const { data } = crop;
  const plane = crop.width * crop.height;
  checkRoom(out, offset, 3 * plane);
  table.forEach((values, channel) => {
    const o = offset + channel * plane;
    for (let i = 0; i < plane; i++) out[o + i] = values[data[i * 3 + channel] as number] as number;
  });
}

/** A typed array ignores writes past its end, so a wrong size would go unseen. */
function checkRoom(out: Float32Array, offset: number, needed: number): void {
  if (offset < 0 || offset + needed > out.length) {
    throw new RangeError(
      `A picture needs ${needed} values at ${offset}, the tensor has ${out.length}.`,
    );
  }
}
