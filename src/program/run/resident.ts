/** What is in memory of a pool while its merged model is scored and written out. */
import { combine, mergeOnce } from '../../method/combine';
import {
  type MergedValues,
  mergedFromCombination,
  mergedFromWeights,
} from '../../method/merged-values';
import { taskArithmetic } from '../../method/task-arithmetic';
import type { CombineContext } from '../../method/types';
import { allocateWeights, mergedWeights, type WorkingWeights } from '../../method/weights';
import type { ModelPool } from '../../modelpool/types';
import type { TensorBuffer } from '../../runtime/types';
import type { RunnableMethod } from './method-choice';

export interface MergedModel {
  /** For scoring: computed when they are asked for. */
  weights(): ReadonlyMap<string, TensorBuffer>;
  /** For writing out. */
  readonly values: MergedValues;
}

export interface Resident {
  /** Of the merged tensors. */
  readonly parameters: number;
  /** The model of one scaling factor; the one before is lost. */
  merged(scalingFactor: number): MergedModel;
  free(): void;
}

/** A combination for any number of scaling factors. Without a method the model is the one that was loaded, to the last bit. */
export async function resideForAll(
  pool: ModelPool,
  runnable: RunnableMethod | null,
  context: CombineContext,
): Promise<Resident> {
  const choice = runnable ?? { method: taskArithmetic, options: {} };
  const combination = await combine(pool, choice, context);
  const { backend, base } = combination;
  let room: WorkingWeights | undefined;
  const working = () => {
    room ??= allocateWeights(backend, base);
    return room;
  };
  return {
    parameters: parameterCount(base),
    merged(scalingFactor) {
      if (!runnable) {
        return { weights: () => base, values: mergedFromWeights({ backend, weights: base }) };
      }
      return {
        weights: () => mergedWeights(combination, scalingFactor, working),
        values: mergedFromCombination(combination, scalingFactor),
      };
    },
    free() {
      room?.free();
      combination.free();
    },
  };
}

/** The merged model of the one scaling factor that is asked for: the same bits in half of the memory. */
export async function resideForOne(
  pool: ModelPool,
  runnable: RunnableMethod,
  context: CombineContext,
): Promise<Resident> {
  const merged = await mergeOnce(pool, runnable, runnable.scalingFactor, context);
  const model = { weights: () => merged.weights, values: mergedFromWeights(merged) };
  return {
    parameters: parameterCount(merged.weights),
    merged(scalingFactor) {
      if (scalingFactor === runnable.scalingFactor) return model;
      throw new RangeError(`merged at ${runnable.scalingFactor}, and asked for ${scalingFactor}`);
    },
    free: merged.free,
  };
}

function parameterCount(tensors: ReadonlyMap<string, TensorBuffer>): number {
  return [...tensors.values()].reduce((sum, { length }) => sum + length, 0);
}
