/** Runs a method over a pool, tensor by tensor: nothing but the result and one tensor of each model is ever in memory. */
import type { ModelPool } from '../modelpool/types';
import type { TensorBackend, TensorBuffer } from '../runtime/types';
import { taskArithmetic } from './task-arithmetic';
import type { Combination, CombineContext, MethodChoice, PlanContext } from './types';
import { readVisionTensor } from './vision-tensor';

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
  const combineTensor = await method.plan(pool, options, progress);
  const base = new Map<string, TensorBuffer>();
  const combined = new Map<string, TensorBuffer>();
  const free = () => {
    for (const buffers of [base, combined]) freeAll(backend, buffers);
  };
  try {
    for (const name of pool.mergedNames) {
      const theta = backend.upload(await readVisionTensor(pool.pretrained, name));
      base.set(name, theta);
      combined.set(name, await combineTensor(name, theta));
      // Waiting here keeps the queue from piling up uploads of tensors that are done with.
      await backend.settled();
      progress.visited();
    }
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
