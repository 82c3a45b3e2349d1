/** Runs a method over a pool, part by part: nothing but the result and the parts in work of each model is ever in memory. */
import type { ModelPool } from '../modelpool/types';
import type { TensorBackend, TensorBuffer } from '../runtime/types';
import { FLAT, tensorScale } from './layers/factors';
import { createMatrixJobsHere } from './matrices/jobs';
import { visitParts } from './parts';
import { readPoolForward } from './read-pool-forward';
import { taskArithmetic } from './task-arithmetic';
import type {
  Combination,
  CombineContext,
  MergedWeights,
  MethodChoice,
  Part,
  PlanContext,
  TaskVectorCombination,
} from './types';
import { type ResidentModel, withPart } from './vision-tensor';

/**
 * Combines a pool's models on `context.backend`. A pool without experts gives a task vector of zeros, whatever the
 * method: the base is all there is to score.
 *
 * @throws ConfigError on options, CompatibilityError on a pool that the method cannot do with, DeviceError where the
 * backend failed, and the signal's reason
 */
export async function combine(
  pool: ModelPool,
  choice: MethodChoice,
  context: CombineContext,
): Promise<Combination> {
  const { backend } = context;
  const base = keptTensors(backend);
  const combined = keptTensors(backend);
  const free = () => {
    base.free();
    combined.free();
  };
  try {
    const kind = await combineParts(pool, choice, context, (part, theta, values) => {
      base.keep(part, theta);
      combined.keep(part, values);
    });
    const resident = { backend, base: base.tensors, free };
    return kind === 'task vector'
      ? { ...resident, kind, taskVector: combined.tensors }
      : { ...resident, kind, weights: combined.tensors };
  } catch (error) {
    free();
    throw error;
  }
}

/**
 * Combines anew into what is resident, the very bits of `combine`: `theta_0` and whatever else is there is used where it lies, and
 * `S` is written over. Until that has succeeded `S` is of no use.
 *
 * @param pool - of the base that is resident; its method yields a task vector
 * @throws as `combine`
 */
export async function recombine(
  { backend, base, taskVector }: TaskVectorCombination,
  pool: ModelPool,
  choice: MethodChoice,
  context: Omit<CombineContext, 'backend'>,
): Promise<void> {
  const pretrained: ResidentModel = { ...pool.pretrained, resident: base };
  await combineParts(
    { ...pool, pretrained },
    choice,
    { ...context, backend },
    ({ name, begin }, _theta, values) => {
      const sum = taskVector.get(name);
      if (sum) backend.copy(sum, begin, values);
    },
  );
}

/**
 * The merged weights of one scaling factor, the very bits of `combine` and `mergedWeights`, in half of their memory: where no
 * other factor will be asked for, neither `theta_0` nor `S` is kept.
 *
 * @throws as `combine`
 */
export async function mergeOnce(
  pool: ModelPool,
  choice: MethodChoice,
  scalingFactor: number,
  context: CombineContext,
  layers = FLAT,
): Promise<MergedWeights> {
  const { backend } = context;
  const { tensors: weights, keep, free } = keptTensors(backend);
  try {
    await combineParts(pool, choice, context, (part, theta, values, kind) => {
      // The sum is done with: what becomes of it takes its place.
      if (kind === 'task vector') {
        const scale = tensorScale(scalingFactor, layers, part.name);
        backend.scaleAndAdd(values, theta, values, scale);
      }
      keep(part, values);
    });
    return { backend, weights, free };
  } catch (error) {
    free();
    throw error;
  }
}

/** Has every part of `theta_0` and what the method makes of it for as long as `use` works with them; returns what that is. */
async function combineParts(
  given: ModelPool,
  choice: MethodChoice,
  context: CombineContext,
  use: (part: Part, theta: TensorBuffer, values: TensorBuffer, kind: Combination['kind']) => void,
): Promise<Combination['kind']> {
  const { method, options = {} } =
    given.experts.length > 0 ? choice : { method: taskArithmetic, options: {} };
  const { backend } = context;
  const ending = new AbortController();
  const reading = readPoolForward(given);
  const { pool } = reading;
  const progress = visits(pool.mergedNames.length * method.passes, context, ending.signal);
  try {
    const combinePart = await method.plan(pool, options, progress);
    await visitParts(
      pool,
      () => true,
      progress,
      (part) =>
        withPart(backend, pool.pretrained, part, async (theta) => {
          const values = await combinePart(part, theta);
          try {
            use(part, theta, values, method.kind);
          } finally {
            backend.free(values);
          }
        }),
    );
    return method.kind;
  } finally {
    ending.abort();
    reading.free();
  }
}

/** Whole tensors that are put together from their parts. */
function keptTensors(backend: TensorBackend) {
  const tensors = new Map<string, TensorBuffer>();
  return {
    tensors,
    keep({ name, begin, tensorLength }: Part, values: TensorBuffer): void {
      const whole = tensors.get(name) ?? backend.allocate(tensorLength);
      tensors.set(name, whole);
      backend.copy(whole, begin, values);
    },
    free(): void {
      for (const buffer of tensors.values()) backend.free(buffer);
      tensors.clear();
    },
  };
}

/** Counts visits for the progress, and stops between two of them. */
function visits(
  total: number,
  { backend, signal, onProgress, matrices = createMatrixJobsHere(), inputs }: CombineContext,
  ending: AbortSignal,
): PlanContext {
  let done = 0;
  signal?.throwIfAborted();
  return {
    backend,
    matrices,
    inputs,
    signal: signal ? AbortSignal.any([signal, ending]) : ending,
    visited() {
      done++;
      onProgress?.(done, total);
      signal?.throwIfAborted();
    },
  };
}
