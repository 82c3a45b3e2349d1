/** Which samples of an axis make which sample of the resized axis, with what weight: Pillow's `precompute_coeffs`. */
import { FILTERS, type FilterName } from './filters';

/** Bits of the fixed-point weights: 32 less 8 of a sample less 2 for the overshoot of the filters. */
export const PRECISION_BITS = 22;

/** A run of samples along one axis. */
export interface Span {
  readonly from: number;
  /** First index after the run. */
  readonly to: number;
}

export interface Coefficients {
  /** Room for weights per output sample; only the first `counts[i]` are used. */
  readonly taps: number;
  /** First source sample of each output sample. */
  readonly firsts: Int32Array;
  readonly counts: Int32Array;
  /** Fixed-point weights, `taps` for each output sample. */
  readonly weights: Int32Array;
  /** The source samples that are used at all. */
  readonly source: Span;
}

/** Coefficients of the output samples in `target` when an axis of `inSize` samples becomes one of `outSize`. */
export function coefficients(
  inSize: number,
  outSize: number,
  target: Span,
  filterName: FilterName,
): Coefficients {
  const filter = FILTERS[filterName];
  const scale = inSize / outSize;
  const stretch = Math.max(scale, 1);
  const support = filter.support * stretch;
  const shrink = 1 / stretch;
  const taps = Math.ceil(support) * 2 + 1;
  const count = target.to - target.from;
  const firsts = new Int32Array(count);
  const counts = new Int32Array(count);
  const weights = new Int32Array(count * taps);
  const exact = new Float64Array(taps);
  let end = 0;
  for (let i = 0; i < count; i++) {
    const center = (target.from + i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    end = Math.min(inSize, Math.trunc(center + support + 0.5));
    const n = end - first;
    let sum = 0;
    for (let k = 0; k < n; k++) {
      const weight = filter.weight((k + first - center + 0.5) * shrink);
      exact[k] = weight;
      sum += weight;
    }
    for (let k = 0; k < n; k++) {
      const normalised = sum === 0 ? (exact[k] as number) : (exact[k] as number) / sum;
      const fixed = normalised * (1 << PRECISION_BITS);
      weights[i * taps + k] = Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    }
    firsts[i] = first;
    counts[i] = n;
  }
  // Firsts and ends only grow along the axis.
  return { taps, firsts, counts, weights, source: { from: firsts[0] as number, to: end } };
}
