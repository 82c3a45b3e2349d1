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

/** What moves while a combination stays. */
type Factors = Pick<RunnableMethod, 'scalingFactor' | 'layers'>;

export interface Resident {
  /** Of the merged tensors. */
  readonly parameters: number;
  /** The model of one scaling factor and its factors by layer; the one before is lost. */
  merged(at: Factors): MergedModel;
  /** The base, and room for the weights of another model in turn; null where neither was kept. */
  readonly beside: Beside | null;
  free(): void;
}

export interface Beside {
  readonly base: ReadonlyMap<string, TensorBuffer>;
  working(): WorkingWeights;
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
    merged({ scalingFactor, layers }) {
      if (!runnable) {
        return { weights: () => base, values: mergedFromWeights({ backend, weights: base }) };
      }
      return {
        weights: () => mergedWeights(combination, scalingFactor, working, layers),
        values: mergedFromCombination(combination, scalingFactor, layers),
      };
    },
    beside: { base, working },
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
  const { scalingFactor: only, layers } = runnable;
  const merged = await mergeOnce(pool, runnable, only, context, layers);
  const model = { weights: () => merged.weights, values: mergedFromWeights(merged) };
  return {
    parameters: parameterCount(merged.weights),
    merged({ scalingFactor, layers: wanted }) {
      if (scalingFactor === only && wanted === layers) return model;
      throw new RangeError(`merged at ${only}, and asked for another model at ${scalingFactor}`);
    },
    beside: null,
    free: merged.free,
  };
}

function parameterCount(tensors: ReadonlyMap<string, TensorBuffer>): number {
  return [...tensors.values()].reduce((sum, { length }) => sum + length, 0);
}
