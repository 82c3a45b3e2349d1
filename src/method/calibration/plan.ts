/**
 * Merged weights whose matrices are calibrated: along directions that several experts share, what was added up is brought
 * down. All other tensors stay as they were merged.
 * Source: "When Shared Knowledge Hurts: Spectral Over-Accumulation in Model Merging" (arXiv:2602.05536); FusionBench's
 * `method/singular_value_calibration/svc.py`, which computes in float64.
 */
import type { ModelPool } from '../../modelpool/types';
import { FLAT } from '../layers/factors';
import { combineMatrices } from '../matrices/combine-matrices';
import { readFiniteMatrix } from '../matrices/read-matrix';
import { mergedFromCheckpoints } from '../merged-values';
import { oncePerTensor } from '../parts';
import type { CombinePart, MethodChoice, PlanContext } from '../types';

export interface Calibration {
  /** What merges the weights that are calibrated. */
  readonly choice: MethodChoice;
  readonly scalingFactor: number;
  /** Above 0: the least that an expert counts for in a direction. */
  readonly alpha: number;
}

export function planCalibration(
  pool: ModelPool,
  { choice, scalingFactor, alpha }: Calibration,
  context: PlanContext,
): CombinePart {
  const { pretrained } = pool;
  // Weights of the pool are for methods that yield a task vector.
  const experts = pool.experts.map((expert) => ({ ...expert, weight: 1 }));
  const { backend, matrices, signal } = context;
  const merged = mergedFromCheckpoints(
    { ...pool, experts },
    choice,
    scalingFactor,
    signal,
    FLAT,
    matrices,
  );
  const whole = oncePerTensor(merged);
  return combineMatrices(pool, context, {
    work: { kind: 'calibrated', alpha },
    included: () => true,
    // The method may have matrices of its own, each of which takes a turn.
    before: merged,
    async read(name, _, before) {
      const tensors = [...before, await readFiniteMatrix(pretrained, name)];
      for (const { model } of experts) {
        signal.throwIfAborted();
        tensors.push(await readFiniteMatrix(model, name));
      }
      return tensors;
    },
    async others(out, part) {
      const values = await whole(part);
      await backend.fill(out, async (memory) => {
        memory.set(values.subarray(part.begin, part.begin + part.length));
      });
    },
  });
}
