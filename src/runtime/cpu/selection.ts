/** The reference for everything that chooses between values by magnitude or sign, on float32 vectors of one length. */
import type { Agreement, Sign } from '../types';

/** `selected = |candidate| >= |selected| ? candidate : selected`. */
export function takeLarger(selected: Float32Array, candidate: Float32Array): void {
  for (let i = 0; i < selected.length; i++) {
    const value = candidate[i] as number;
    if (Math.abs(value) >= Math.abs(selected[i] as number)) selected[i] = value;
  }
}

/** Sets to zero whatever is smaller in magnitude than `threshold`, a float32. */
export function trim(values: Float32Array, threshold: number): void {
  for (let i = 0; i < values.length; i++) {
    if (Math.abs(values[i] as number) < threshold) values[i] = 0;
  }
}

/** Adds to `merged` what of `values` agrees with the sign of `total`, or with `tie` where that is zero. */
export function mergeAgreeing(
  merged: Float32Array,
  total: Float32Array,
  values: Float32Array,
  tie: Sign,
  agreement: Agreement,
): void {
  for (let i = 0; i < merged.length; i++) {
    const value = values[i] as number;
    // Where the vote is a draw in every respect (sign 0) negative values agree, as in `where(sign > 0, v > 0, v < 0)`.
    const agrees = electedSign(total[i] as number, tie) > 0 ? value > 0 : value < 0;
    if (!agrees) continue;
    const before = merged[i] as number;
    if (agreement === 'sum') merged[i] = before + value;
    else if (agreement === 'count') merged[i] = before + 1;
    else merged[i] = Math.max(before, Math.abs(value));
  }
}

/** `values *= sign of total`, or `tie` where that is zero. */
export function applySign(values: Float32Array, total: Float32Array, tie: Sign): void {
  for (let i = 0; i < values.length; i++) {
    values[i] = (values[i] as number) * electedSign(total[i] as number, tie);
  }
}

function electedSign(total: number, tie: Sign): Sign {
  if (total > 0) return 1;
  return total < 0 ? -1 : tie;
}
