/**
 * DELLA's chances of being kept: in each row of a tensor they grow with the rank of the magnitude, from `density - epsilon` for the
 * smallest to `density + epsilon` for the largest; of equal magnitudes those further left come first.
 * Source: mergekit 0.1.5, `mergekit/sparsify.py`, `della_magprune`; its rounding. A row goes along the second dimension, in a
 * tensor of one dimension it is the whole: the kernel of the patch embedding has rows of three elements, one for each colour.
 */
import { ranking } from './ranking';
import type { ChanceOptions } from './types';

/** Float32 numbers, in the order of `values`. */
export function keepingChances(
  values: Float32Array<ArrayBuffer>,
  shape: readonly number[],
  { density, epsilon }: ChanceOptions,
): Float32Array {
  const length = shape.length < 2 ? values.length : (shape[1] as number);
  const stride = shape.slice(2).reduce((product, side) => product * side, 1);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const byRank = chancesByRank(length, density, epsilon);
  const chances = new Float32Array(values.length);
  const magnitudes = new Uint32Array(length);
  const placesByRank = ranking(length);
  for (let row = 0; row < values.length; row += length * stride) {
    for (let begin = row; begin < row + stride; begin++) {
      for (let k = 0; k < length; k++) {
        magnitudes[k] = (bits[begin + k * stride] as number) & 0x7fffffff;
      }
      const places = placesByRank(magnitudes);
      for (let rank = 0; rank < length; rank++) {
        chances[begin + (places[rank] as number) * stride] = byRank[rank] as number;
      }
    }
  }
  return chances;
}

const f = Math.fround;

function chancesByRank(length: number, density: number, epsilon: number): Float32Array {
  const least = f(density - epsilon);
  return Float32Array.from({ length }, (_, rank) => {
    // A row of one element has no rank; mergekit divides zero by zero there, and stops.
    const share = length > 1 ? f(rank / (length - 1)) : 0.5;
    return least + f(f(share * 2) * f(epsilon));
  });
}
