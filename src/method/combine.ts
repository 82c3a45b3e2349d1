/** Runs a method over a pool, part by part: nothing but the result and the parts in work of each model is ever in memory. */
import type { ModelPool } from '../modelpool/types';
import type { TensorBackend, TensorBuffer } from '../runtime/types';
import { visitParts } from './parts';
import { taskArithmetic } from './task-arithmetic';
import type { Combination, CombineContext, MethodChoice, Part, PlanContext } from './types';
import { withPart } from './vision-tensor';

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
  const { method, options = {} } =
    pool.experts.length > 0 ? choice : { method: taskArithmetic, options: {} };
  const { backend } = context;
  const progress = visits(pool.mergedNames.length * method.passes, context);
  const combinePart = await method.plan(pool, options, progress);
  const base = new Map<string, TensorBuffer>();
  const combined = new Map<string, TensorBuffer>();
  const free = () => {
    for (const buffers of [base, combined]) freeAll(backend, buffers);
  };
  const keep = (
    kept: Map<string, TensorBuffer>,
    { name, begin, tensorLength }: Part,
    values: TensorBuffer,
  ) => {
    const whole = kept.get(name) ?? backend.allocate(tensorLength);
    kept.set(name, whole);
    backend.copy(whole, begin, values);
  };
  const combineAndKeep = (part: Part) =>
    withPart(backend, pool.pretrained, part, async (theta) => {
      const values = await combinePart(part, theta);
      try {
        keep(base, part, theta);
        keep(combined, part, values);
      } finally {
        backend.free(values);
      }
    });
  try {
    await visitParts(pool, () => true, progress, combineAndKeep);
  } catch (error) {
    free();
    throw error;
  }
  const resident = { backend, base, free };
  return method.kind === 'task vector'
    ? { ...resident, kind: 'task vector', taskVector: combined }
    : { ...resident, kind: 'weights', weights: combined };
}

/** Counts visits for the progress, and stops between two of them. */
function visits(total: number, { backend, signal, onProgress }: CombineContext): PlanContext {
  let done = 0;
  signal?.throwIfAborted();
  return {
    backend,
    visited() {
      done++;
      onProgress?.(done, total);
      signal?.throwIfAborted();
    },
  };
}

function freeAll(backend: TensorBackend, buffers: Map<string, TensorBuffer>): void {
  for (const buffer of buffers.values()) backend.free(buffer);
  buffers.clear();
}
