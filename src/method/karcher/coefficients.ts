/**
 * The Karcher mean of vectors as a sum of them: every step stays among their combinations, so all that the steps need are the inner
 * products of the vectors, which are summed up once, in float64.
 * Source: mergekit 0.1.5, `mergekit/merge_methods/karcher.py`, `karcher_merge_tensors`, with the same share for every vector.
 */
export interface KarcherOptions {
  readonly max_iter: number;
  readonly tol: number;
}

/** What each vector is multiplied with; they add up to the mean, whose norm is the mean of theirs. */
export function karcherCoefficients(
  vectors: readonly Float32Array[],
  { max_iter, tol }: KarcherOptions,
): readonly number[] {
  if (vectors.length === 1) return [1];
  const norms = vectors.map((vector) => Math.sqrt(dot(vector, vector)));
  const valid = norms.flatMap((norm, place) => (norm > tol ? [place] : []));
  const coefficients = norms.map(() => 0);
  const units = innerProducts(
    valid.map((place) => ({ vector: at(vectors, place), norm: at(norms, place) })),
  );
  const mean = meanOfUnits(units, max_iter, tol);
  const scale = norms.reduce((sum, norm) => sum + norm, 0) / norms.length;
  for (const [i, place] of valid.entries()) {
    coefficients[place] = (scale * at(mean, i)) / at(norms, place);
  }
  return coefficients;
}

/** As a sum of the unit vectors whose inner products are given. */
function meanOfUnits(units: readonly (readonly number[])[], steps: number, tol: number): number[] {
  const share = 1 / units.length;
  const norm = (vector: readonly number[]) => Math.sqrt(Math.max(0, inner(vector, vector, units)));
  const average = units.map(() => share);
  const first = units.map((_, i) => Number(i === 0));
  let mean = norm(average) < tol ? first : scaled(average, 1 / norm(average));
  for (let step = 0; step < steps; step++) {
    const tangent = units.map(() => 0);
    for (const [i, products] of units.entries()) {
      const cosine = Math.min(1, Math.max(-1, dotOf(mean, products)));
      const angle = Math.acos(cosine);
      if (angle <= tol) continue;
      const factor = share * (angle / Math.sin(angle));
      for (const k of units.keys()) {
        tangent[k] = at(tangent, k) + factor * (Number(k === i) - cosine * at(mean, k));
      }
    }
    const length = norm(tangent);
    if (length <= tol) break;
    const moved = mean.map(
      (value, k) => Math.cos(length) * value + (Math.sin(length) / length) * at(tangent, k),
    );
    mean = norm(moved) > tol ? scaled(moved, 1 / norm(moved)) : moved;
  }
  return mean;
}

function innerProducts(
  units: readonly { readonly vector: Float32Array; readonly norm: number }[],
): number[][] {
  return units.map((one) =>
    units.map((other) => dot(one.vector, other.vector) / (one.norm * other.norm)),
  );
}

function inner(
  a: readonly number[],
  b: readonly number[],
  products: readonly (readonly number[])[],
): number {
  return products.reduce((sum, row, i) => sum + at(a, i) * dotOf(b, row), 0);
}

function scaled(vector: readonly number[], factor: number): number[] {
  return vector.map((value) => value * factor);
}

function dotOf(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * at(b, i), 0);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function at<T>(values: readonly T[], place: number): T {
  const value = values[place];
  if (value === undefined) throw new RangeError(`there is no value ${place}`);
  return value;
}
