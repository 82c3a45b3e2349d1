/** Thinning out one tensor of a task vector: the work that is handed to threads. */
import { type DellaSource, dropByMagnitude, OWN_NUMBERS } from './drop-by-chance';
import { keepMiddle } from './keep-middle';
import type { Thinning, ThinningJob, ThinOut } from './types';

/**
 * The tensor, in its own memory, thinned out and then multiplied by the expert's weight: a product that is rounded first could make
 * magnitudes equal that are not.
 */
export function thinOutAndWeigh(
  { work, tensor, weight, tensors }: ThinningJob,
  source: DellaSource = OWN_NUMBERS,
): Float32Array<ArrayBuffer> {
  const [delta] = tensors;
  thinOutBy(work.thinning, source)(delta, tensor);
  weigh(delta, weight);
  return delta;
}

function thinOutBy(thinning: Thinning, source: DellaSource): ThinOut {
  return thinning.by === 'band'
    ? keepMiddle(thinning.options)
    : dropByMagnitude(thinning.options, source);
}

export function weigh(delta: Float32Array, weight: number): void {
  if (weight === 1) return;
  const factor = Math.fround(weight);
  for (let i = 0; i < delta.length; i++) delta[i] = (delta[i] as number) * factor;
}
