/**
 * Keeping a band of the magnitudes of one tensor: those of some ranks. Magnitudes of float32 numbers stand in the order of their
 * bits, so the element of a rank is found by counting; of equal magnitudes those further left come first, as in a stable sort.
 */
import { countMagnitudes } from '../../runtime/cpu/counts';
import { MAGNITUDE_HIGH_BINS, MAGNITUDE_LOW_BINS, MAGNITUDE_LOW_BITS } from '../../runtime/types';
import { locate } from '../ties/locate';

/** Sets everything to zero but the elements of the ranks `first` to `first + count - 1`, from 0, the smallest magnitude first. */
export function keepBand(values: Float32Array<ArrayBuffer>, first: number, count: number): void {
  const high = new Uint32Array(MAGNITUDE_HIGH_BINS);
  countMagnitudes(high, values, null);
  const from = elementOfRank(values, high, first);
  const to = elementOfRank(values, high, first + count);
  const bits = bitsOf(values);
  for (let i = 0; i < bits.length; i++) {
    const magnitude = (bits[i] as number) & MAGNITUDE;
    const isBefore = magnitude < from.magnitude || (magnitude === from.magnitude && i < from.index);
    const isBehind = magnitude > to.magnitude || (magnitude === to.magnitude && i >= to.index);
    if (isBefore || isBehind) values[i] = 0;
  }
}

interface RankedElement {
  /** Its 31 bits. */
  readonly magnitude: number;
  readonly index: number;
}

const MAGNITUDE = 0x7fffffff;
const BEHIND_ALL: RankedElement = { magnitude: Number.POSITIVE_INFINITY, index: 0 };

/** @param high - how many magnitudes there are by their upper bits */
function elementOfRank(
  values: Float32Array<ArrayBuffer>,
  high: Uint32Array,
  rank: number,
): RankedElement {
  if (rank >= values.length) return BEHIND_ALL;
  const upper = locate(high, rank + 1);
  const low = new Uint32Array(MAGNITUDE_LOW_BINS);
  countMagnitudes(low, values, upper.bin);
  const lower = locate(low, rank + 1 - upper.before);
  const magnitude = upper.bin * 2 ** MAGNITUDE_LOW_BITS + lower.bin;
  return { magnitude, index: indexOfEqual(values, magnitude, rank - upper.before - lower.before) };
}

/** Where the element stands that has so many of the same magnitude to its left. */
function indexOfEqual(values: Float32Array<ArrayBuffer>, magnitude: number, left: number): number {
  const bits = bitsOf(values);
  let passed = 0;
  for (let i = 0; i < bits.length; i++) {
    if (((bits[i] as number) & MAGNITUDE) === magnitude && passed++ === left) return i;
  }
  throw new RangeError(`there are only ${passed} elements of this magnitude`);
}

function bitsOf(values: Float32Array<ArrayBuffer>): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}
