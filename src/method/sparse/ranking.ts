/** Ranks of the numbers of many lists of one length, by their digits, the lowest first: a third of the time of sorting by comparison. */

/** Of two of them there are four digits, and their counters stay in the fastest memory. */
const DIGIT_BITS = 8;
const DIGITS = 32 / DIGIT_BITS;
const BINS = 1 << DIGIT_BITS;

/** In fewer numbers there is less to compare than counters to add up. */
const SHORT = 32;

/**
 * @param length - of every list
 * @returns what gives for each rank, from 0, the smallest, the place of its number, equal ones in their order; in memory that is
 * used again by the next call
 */
export function ranking(length: number): (numbers: Uint32Array) => Uint32Array {
  if (length < SHORT) return byComparison(length);
  let places = new Uint32Array(length);
  let sorted = new Uint32Array(length);
  const ends = new Uint32Array(BINS);
  return (numbers) => {
    for (let i = 0; i < length; i++) places[i] = i;
    for (let digit = 0; digit < DIGITS; digit++) {
      const shift = digit * DIGIT_BITS;
      ends.fill(0);
      for (let i = 0; i < length; i++) {
        const bin = ((numbers[i] as number) >>> shift) & (BINS - 1);
        ends[bin] = (ends[bin] as number) + 1;
      }
      for (let bin = 1; bin < BINS; bin++) {
        ends[bin] = (ends[bin] as number) + (ends[bin - 1] as number);
      }
      for (let i = length - 1; i >= 0; i--) {
        const place = places[i] as number;
        const bin = ((numbers[place] as number) >>> shift) & (BINS - 1);
        const at = (ends[bin] as number) - 1;
        ends[bin] = at;
        sorted[at] = place;
      }
      [places, sorted] = [sorted, places];
    }
    return places;
  };
}

/** By insertion. */
function byComparison(length: number): (numbers: Uint32Array) => Uint32Array {
  const places = new Uint32Array(length);
  return (numbers) => {
    for (let place = 0; place < length; place++) {
      const number = numbers[place] as number;
      let rank = place;
      for (; rank > 0 && (numbers[places[rank - 1] as number] as number) > number; rank--) {
        places[rank] = places[rank - 1] as number;
      }
      places[rank] = place;
    }
    return places;
  };
}
