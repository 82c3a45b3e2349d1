/**
 * The mean of the task vectors, weight by weight, in the three orders in which FusionBench's methods on matrices compute it for
 * all other tensors. Each adds up onto zeros.
 */
import type { ModelPool } from '../../modelpool/types';
import type { TensorBackend, TensorBuffer } from '../../runtime/types';
import { type MakeTaskVector, withBuffers } from '../task-vectors';
import { sumExperts } from '../ties/sum-experts';
import type { Part } from '../types';
import { withPart } from '../vision-tensor';

/** Writes a part of what a tensor becomes over `out`, zeros so far. */
export type Fill = (out: TensorBuffer, part: Part, base: TensorBuffer) => Promise<void>;

/** Python's `sum(vectors) / n`: from left to right. */
export function plainMean({ experts }: ModelPool, backend: TensorBackend): Fill {
  return async (mean, part, base) => {
    for (const { model, weight } of experts) {
      await withPart(backend, model, part, (tuned) =>
        backend.accumulate(mean, base, tuned, weight, false),
      );
    }
    backend.divide(mean, experts.length);
  };
}

/** `torch.sum(vectors, dim=0) / n`. */
export function torchMean(
  { experts }: ModelPool,
  backend: TensorBackend,
  makeTaskVector: MakeTaskVector,
): Fill {
  return (mean, part, base) =>
    withBuffers(backend, base.length, 1, async ([delta]) => {
      if (!delta) return;
      await sumExperts(backend, mean, experts.length, async (sum, expert) => {
        await makeTaskVector(delta, base, part, expert);
        backend.addScaled(sum, delta, 1, false);
      });
      backend.divide(mean, experts.length);
    });
}

/** `mean += (vector - mean) / i`, the first vector as it is. */
export function runningMean(
  { experts }: ModelPool,
  backend: TensorBackend,
  makeTaskVector: MakeTaskVector,
): Fill {
  return (mean, part, base) =>
    withBuffers(backend, base.length, 2, async ([delta, step]) => {
      if (!delta || !step) return;
      await makeTaskVector(mean, base, part, 0);
      for (let i = 1; i < experts.length; i++) {
        await makeTaskVector(delta, base, part, i);
        backend.accumulate(step, mean, delta, 1, true);
        backend.divide(step, i + 1);
        backend.addScaled(mean, step, 1, false);
      }
    });
}
