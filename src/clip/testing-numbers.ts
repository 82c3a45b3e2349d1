/** Test support that runs in a page as well: pictures cut into patches, and how far two embeddings are apart. */
import type { VisionConfig } from './types';

/** `pixels` `[batch, 3, side, side]` as patches `[batch * N, 3 * P * P]`, straight from the definition of a strided convolution. */
export function cutPatches(pixels: Float32Array, config: VisionConfig): Float32Array {
  const { imageSize: side, patchSize: patch } = config;
  const grid = side / patch;
  const out = new Float32Array(pixels.length);
  const perPicture = 3 * side * side;
  for (let at = 0; at < pixels.length; at++) {
    const picture = Math.floor(at / perPicture);
    const channel = Math.floor((at % perPicture) / (side * side));
    const y = Math.floor((at % (side * side)) / side);
    const x = at % side;
    const row = picture * grid * grid + Math.floor(y / patch) * grid + Math.floor(x / patch);
    const column = (channel * patch + (y % patch)) * patch + (x % patch);
    out[row * 3 * patch * patch + column] = pixels[at] ?? 0;
  }
  return out;
}

/** Largest absolute difference, relative to the largest absolute value that was expected. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let worst = 0;
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    worst = Math.max(worst, Math.abs((actual[i] ?? Number.NaN) - (expected[i] ?? Number.NaN)));
    scale = Math.max(scale, Math.abs(expected[i] ?? 0));
  }
  return actual.length === expected.length ? worst / scale : Number.POSITIVE_INFINITY;
}
