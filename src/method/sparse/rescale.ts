/**
 * What is left of a thinned out task vector is scaled up to the sum of magnitudes that the whole tensor had.
 * Source: mergekit 0.1.5, `mergekit/sparsify.py`, `rescaled_masked_tensor` with the norm `l1`. Its sums are torch's in float32,
 * whose order depends on its build and the processor; here they are made in float64 and rounded once.
 */
import type { ExpertTensor } from './types';

/** What the rest is multiplied by, of sums of magnitudes: parity is tested with mergekit's own. */
export type FactorOf = (tensor: ExpertTensor, before: number, after: number) => number;

export const RESCALE_SUM = {
  name: 'rescale',
  kind: 'boolean',
  optional: true,
  description: 'Scales what is left of each tensor up to the sum of magnitudes that it had.',
} as const;

/** Below this nothing is scaled. */
const EPSILON = Math.fround(1e-7);

export const ratioOfSums: FactorOf = (_tensor, before, after) =>
  before < EPSILON || after < EPSILON ? 1 : Math.fround(before / after);

/** Lets `drop` set elements to zero, and scales up the others. */
export function dropAndRescale(
  values: Float32Array,
  tensor: ExpertTensor,
  factorOf: FactorOf,
  drop: () => void,
): void {
  const before = sumOfMagnitudes(values);
  drop();
  const factor = factorOf(tensor, before, sumOfMagnitudes(values));
  if (factor === 1) return;
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * factor;
}

/** A float32. */
function sumOfMagnitudes(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i] as number);
  return Math.fround(sum);
}
