/**
 * Spherical interpolation of the vectors that two tensors are made of.
 * Source: mergekit 0.1.5, `mergekit/merge_methods/nuslerp.py`, `nuslerp`; rounded where it rounds, with sums in float64.
 */

/** How a tensor is cut into vectors: their length, and how far apart their elements are. */
export interface VectorLayout {
  readonly length: number;
  readonly stride: number;
}

/** The vectors along one dimension. */
export function alongAxis(shape: readonly number[], axis: number): VectorLayout {
  const stride = shape.slice(axis + 1).reduce((product, side) => product * side, 1);
  return { length: shape[axis] ?? 1, stride };
}

const f = Math.fround;
/** Norms are at least this. */
const EPSILON = f(1e-7);

/** Overwrites `first` with what lies between it and `second`, at `t` from 0 to 1. */
export function interpolateOnArc(
  first: Float32Array,
  second: Float32Array,
  t: number,
  { length, stride }: VectorLayout,
): Float32Array {
  for (let block = 0; block < first.length; block += length * stride) {
    for (let begin = block; begin < block + stride; begin++) {
      const end = begin + length * stride;
      const [own, other, divisor] = factors(first, second, t, { begin, end, stride });
      for (let i = begin; i < end; i += stride) {
        const sum = f(f(own * (first[i] as number)) + f(other * (second[i] as number)));
        first[i] = sum / divisor;
      }
    }
  }
  return first;
}

interface VectorPlace {
  readonly begin: number;
  readonly end: number;
  readonly stride: number;
}

/** What the two vectors are multiplied with, and their sum divided by. */
function factors(
  first: Float32Array,
  second: Float32Array,
  t: number,
  place: VectorPlace,
): readonly [number, number, number] {
  const [norm0, norm1] = [normOf(first, place), normOf(second, place)];
  let sum = 0;
  for (let i = place.begin; i < place.end; i += place.stride) {
    sum += f(f((first[i] as number) / norm0) * f((second[i] as number) / norm1));
  }
  const cosine = Math.min(1, Math.max(-1, f(sum)));
  // In float32 this is zero or far from it: on one line they are interpolated linearly.
  if (f(1 - f(cosine * cosine)) === 0) return [f(1 - t), f(t), 1];
  const angle = f(Math.acos(cosine));
  const sine = (share: number) => f(Math.sin(f(f(share) * angle)));
  return [sine(1 - t), sine(t), f(Math.sin(angle))];
}

function normOf(values: Float32Array, { begin, end, stride }: VectorPlace): number {
  let sum = 0;
  for (let i = begin; i < end; i += stride) sum += (values[i] as number) * (values[i] as number);
  return Math.max(EPSILON, f(Math.sqrt(sum)));
}
