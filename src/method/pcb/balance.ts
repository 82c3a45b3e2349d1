/**
 * Parameter competition balancing of some elements of every task vector. Every operation is rounded to float32, the exponential
 * and the tangent after they were computed in float64; sums go from left to right. Source: Du et al., "Parameter Competition
 * Balancing for Model Merging" (NeurIPS 2024), and what its authors published (`PCB_merge`).
 */
import { exp, tanh } from './elementary';

/** From an element of a certain rank to another. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The same elements of every expert's task vector. */
export type Vectors = readonly Float32Array<ArrayBuffer>[];

const { fround } = Math;
const NOWHERE: Range = { low: 0, high: 0 };

/**
 * What every expert's elements are worth: `exp(n m^2)`, m where its magnitude stands among the expert's own (intra-balancing), times
 * `tanh(x S)`, S the sum of all experts' (inter-balancing).
 *
 * @param magnitudes of every expert the range of all its magnitudes
 */
export function scoresOf(
  vectors: Vectors,
  magnitudes: readonly Range[],
): Float32Array<ArrayBuffer>[] {
  const sums = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) {
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (vector[i] as number);
  }
  return vectors.map((vector, expert) => {
    const range = magnitudes[expert] ?? NOWHERE;
    const scores = new Float32Array(vector.length);
    for (let i = 0; i < scores.length; i++) {
      const value = vector[i] as number;
      const place = placeIn(magnitudeIn(value, range), range);
      const own = fround(exp(fround(vectors.length * fround(place * place))));
      scores[i] = own * fround(tanh(fround(value * (sums[i] as number))));
    }
    return scores;
  });
}

/** The mean of the experts' elements, each with its score as a weight; 0 where nobody's counts. */
export function balanced(
  vectors: Vectors,
  magnitudes: readonly Range[],
  scores: readonly Range[],
): Float32Array<ArrayBuffer> {
  const merged = new Float32Array(vectors[0]?.length ?? 0);
  const weights = new Float32Array(merged.length);
  for (const [expert, scored] of scoresOf(vectors, magnitudes).entries()) {
    const vector = vectors[expert] as Float32Array;
    const magnitude = magnitudes[expert] ?? NOWHERE;
    const range = scores[expert] ?? NOWHERE;
    for (let i = 0; i < merged.length; i++) {
      const value = vector[i] as number;
      const weight = placeIn(Math.max(scored[i] as number, range.low), range);
      const part = fround(Math.sign(value) * magnitudeIn(value, magnitude) * weight);
      merged[i] = (merged[i] as number) + part;
      weights[i] = (weights[i] as number) + weight;
    }
  }
  for (let i = 0; i < merged.length; i++) {
    merged[i] = (merged[i] as number) / Math.max(weights[i] as number, LEAST_WEIGHT);
  }
  return merged;
}

/** The authors', against a division by zero. */
const LEAST_WEIGHT = fround(1e-12);

/** A magnitude; one beyond the range is brought to its end. */
function magnitudeIn(value: number, { low, high }: Range): number {
  return Math.min(Math.max(Math.abs(value), low), high);
}

/** Where a value stands in a range, from 0 to 1; 0 in one without extent, where the authors' code divides 0 by 0. */
function placeIn(value: number, { low, high }: Range): number {
  const extent = fround(high - low);
  return extent === 0 ? 0 : fround(fround(value - low) / extent);
}
