/**
 * Sets to zero what varies least among vectors.
 * Source: mergekit 0.1.5, `mergekit/merge_methods/sce.py`, `sce_mask`. Of equal variances those further right stay; torch's choice
 * among them is its own.
 */
import { keepBand } from '../sparse/magnitude-band';

/** Keeps the share of those elements that vary at all. */
export function selectByVariance(vectors: readonly Float32Array[], share: number): void {
  const variances = variancesOf(vectors);
  let varying = 0;
  for (let i = 0; i < variances.length; i++) if (variances[i] !== 0) varying++;
  // A product of two float32 numbers, as torch has it.
  const kept = Math.trunc(Math.fround(Math.fround(varying) * Math.fround(share)));
  keepBand(variances, variances.length - kept, kept);
  for (const vector of vectors) {
    for (let i = 0; i < vector.length; i++) if (variances[i] === 0) vector[i] = 0;
  }
}

/** Of each element, of all vectors (not of a sample of them): Welford's sums in double precision, as torch has them, rounded once. */
function variancesOf(vectors: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const variances = new Float32Array(vectors[0]?.length ?? 0);
  for (let i = 0; i < variances.length; i++) {
    let count = 0;
    let mean = 0;
    let squares = 0;
    for (const vector of vectors) {
      const value = vector[i] as number;
      const apart = value - mean;
      mean += apart / ++count;
      squares += apart * (value - mean);
    }
    variances[i] = squares / count;
  }
  return variances;
}
