/**
 * Random dropping by a counter-based generator: every element's number is a function of (seed, expert, tensor, index)
 * and of nothing else, so that order, backend and thread cannot change it. Philox4x32-10, from Salmon, Moraes, Dror and
 * Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011): one call gives the numbers of four neighbours.
 */
import type { DropPattern } from '../types';

const ROUNDS = 10;
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/**
 * Sets `values[i]` to zero wherever the upper 24 bits of the random word of element `begin + i` are less than `pattern.limit`;
 * `begin` a multiple of 4.
 */
export function dropRandomly(values: Float32Array, pattern: DropPattern, begin: number): void {
  const { key, stream, limit } = pattern;
  const words = new Uint32Array(4);
  for (let block = 0; block * 4 < values.length; block++) {
    words[0] = begin / 4 + block;
    words[1] = stream[0];
    words[2] = stream[1];
    words[3] = stream[2];
    philox(words, key);
    for (let k = 0; k < 4 && block * 4 + k < values.length; k++) {
      if ((words[k] as number) >>> 8 < limit) values[block * 4 + k] = 0;
    }
  }
}

/** Replaces a counter of four 32-bit words by four random words. */
export function philox(words: Uint32Array, key: readonly [number, number]): void {
  // Index by index: this runs for every weight of a model, and destructuring takes several times as long.
  let x0 = words[0] as number;
  let x1 = words[1] as number;
  let x2 = words[2] as number;
  let x3 = words[3] as number;
  let key0 = key[0];
  let key1 = key[1];
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, x0);
    const high1 = multiplyHigh(MULTIPLIER_1, x2);
    const low0 = Math.imul(MULTIPLIER_0, x0);
    const low1 = Math.imul(MULTIPLIER_1, x2);
    x0 = (high1 ^ x1 ^ key0) >>> 0;
    x1 = low1 >>> 0;
    x2 = (high0 ^ x3 ^ key1) >>> 0;
    x3 = low0 >>> 0;
    key0 = (key0 + WEYL_0) >>> 0;
    key1 = (key1 + WEYL_1) >>> 0;
  }
  words[0] = x0;
  words[1] = x1;
  words[2] = x2;
  words[3] = x3;
}

/** Upper half of the 64-bit product of two 32-bit words, from products of 16-bit halves: no sum of theirs is above 32 bits. */
function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = (Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16)) >>> 0;
  const carry = (Math.imul(a0, b1) + (middle & 0xffff)) >>> 0;
  return (Math.imul(a1, b1) + (middle >>> 16) + (carry >>> 16)) >>> 0;
}
