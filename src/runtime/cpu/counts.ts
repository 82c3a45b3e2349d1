/** Counting values by the bits of their magnitude, or by their sign: what an exact selection over many tensors needs. */
import { MAGNITUDE_LOW_BITS, SIGN_BINS } from '../types';

const LOW_MASK = (1 << MAGNITUDE_LOW_BITS) - 1;

/** As `TensorBackend.countMagnitudes`. */
export function countMagnitudes(
  counts: Uint32Array,
  values: Float32Array,
  high: number | null,
): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) {
    const magnitude = (bits[i] as number) & 0x7fffffff;
    const upper = magnitude >>> MAGNITUDE_LOW_BITS;
    if (high !== null && upper !== high) continue;
    const bin = high === null ? upper : magnitude & LOW_MASK;
    counts[bin] = (counts[bin] as number) + 1;
  }
}

/** As `TensorBackend.countSigns`. */
export function countSigns(counts: Uint32Array, values: Float32Array): void {
  let negative = 0;
  let positive = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < 0) negative++;
    else if (value > 0) positive++;
  }
  counts[SIGN_BINS.negative] = (counts[SIGN_BINS.negative] as number) + negative;
  counts[SIGN_BINS.positive] = (counts[SIGN_BINS.positive] as number) + positive;
}
