/**
 * The mean of what agrees in sign, weighed by the mean square of each vector.
 * Source: mergekit 0.1.5, `mergekit/merge_methods/sce.py`; rounded where it rounds, with the sums of squares in float64.
 */
const f = Math.fround;
/** What is divided by is at least this. */
const LEAST_DIVISOR = f(1e-6);
/** Where all squares add up to less, every vector counts the same. */
const LEAST_SUM = 1e-6;

export function mergeBySquares(vectors: readonly Float32Array[]): Float32Array {
  const weights = weightsOf(vectors);
  const merged = new Float32Array(vectors[0]?.length ?? 0);
  for (let i = 0; i < merged.length; i++) merged[i] = mergeElement(vectors, weights, i);
  return merged;
}

/** A sum of zero elects the positive sign. */
function mergeElement(
  vectors: readonly Float32Array[],
  weights: readonly number[],
  at: number,
): number {
  let total = 0;
  for (const vector of vectors) total = f(total + (vector[at] as number));
  const sign = total >= 0 ? 1 : -1;
  let sum = 0;
  let divisor = 0;
  // Index by index: this runs for every weight of a model.
  for (let i = 0; i < vectors.length; i++) {
    const value = vectors[i]?.[at] as number;
    if (value * sign <= 0) continue;
    const weight = weights[i] as number;
    sum = f(sum + f(value * weight));
    divisor = f(divisor + weight);
  }
  return sum / Math.max(divisor, LEAST_DIVISOR);
}

/** Float32 numbers. */
function weightsOf(vectors: readonly Float32Array[]): number[] {
  const squares = vectors.map(meanSquare);
  const sum = squares.reduce((total, square) => f(total + square), 0);
  return squares.map((square) => f(sum < LEAST_SUM ? 1 / vectors.length : square / sum));
}

function meanSquare(vector: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += f((vector[i] as number) * (vector[i] as number));
  return f(f(sum) / vector.length);
}
