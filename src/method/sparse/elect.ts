/**
 * Elections of a sign for each element, on the bits of float32 numbers: signs of task vectors are as good as random, and a branch on
 * each of them would take most of the time of a merge.
 */

const MAGNITUDE = 0x7fffffff;
const INFINITY = 0x7f800000;

/** @returns for each sum all bits where the negative sign is elected, and none where the positive is: a sum of zero elects it */
export function electSigns(sums: Float32Array): Int32Array {
  const signs = new Int32Array(sums.length);
  const bits = new Int32Array(sums.buffer, sums.byteOffset, sums.length);
  for (let i = 0; i < signs.length; i++) {
    const sum = bits[i] as number;
    const magnitude = sum & MAGNITUDE;
    // No number elects the negative sign, as in a comparison with zero; -0 does not.
    signs[i] = magnitude > INFINITY ? -1 : (sum & -magnitude) >> 31;
  }
  return signs;
}

/** Sets to zero, in place, what has not the elected sign, and what is no number. */
export function keepAgreeing(values: Float32Array, signs: Int32Array): void {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) {
    const value = bits[i] as number;
    const differs = (value ^ (signs[i] as number)) >> 31;
    bits[i] = (value & MAGNITUDE) > INFINITY ? 0 : value & ~differs;
  }
}

/** Adds one to the count of every element that is not zero. */
export function countKept(counts: Uint32Array, values: Float32Array): void {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) {
    // Below zero, but for a magnitude of zero.
    const turned = -((bits[i] as number) & MAGNITUDE);
    counts[i] = (counts[i] as number) + (turned >>> 31);
  }
}
