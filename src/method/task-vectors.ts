/** Passing over the task vectors of a pool, tensor by tensor and expert by expert: what whole-vector statistics need. */
import type { ModelPool } from '../modelpool/types';
import type { TensorBackend, TensorBuffer } from '../runtime/types';
import type { PlanContext } from './types';
import { withTensor } from './vision-tensor';

/** Makes one expert's task vector of one tensor in `delta`; `base` is the tensor's `theta_0`. */
export type MakeTaskVector = (
  delta: TensorBuffer,
  base: TensorBuffer,
  name: string,
  expert: number,
) => Promise<void>;

/** `weight * (theta_i - theta_0)`, the weight left out where it is 1. */
export function plainTaskVectors({ experts }: ModelPool, backend: TensorBackend): MakeTaskVector {
  return async (delta, base, name, index) => {
    const expert = experts[index];
    if (!expert) throw new RangeError(`the pool has no expert ${index}`);
    await withTensor(backend, expert.model, name, (tuned) =>
      backend.accumulate(delta, base, tuned, expert.weight, true),
    );
  };
}

/** Has `count` zeroed buffers for as long as `use` works with them. */
export async function withBuffers<T>(
  backend: TensorBackend,
  length: number,
  count: number,
  use: (buffers: readonly TensorBuffer[]) => Promise<T>,
): Promise<T> {
  const buffers: TensorBuffer[] = [];
  try {
    while (buffers.length < count) buffers.push(backend.allocate(length));
    return await use(buffers);
  } finally {
    for (const buffer of buffers) backend.free(buffer);
  }
}

/** One pass over the pool: `visit` gets every tensor's `theta_0`. Tensors that are not `included` are passed over. */
export async function passOver(
  pool: ModelPool,
  included: (name: string) => boolean,
  { backend, visited }: PlanContext,
  visit: (name: string, base: TensorBuffer) => Promise<void>,
): Promise<void> {
  for (const name of pool.mergedNames) {
    if (included(name)) {
      await withTensor(backend, pool.pretrained, name, (base) => visit(name, base));
      await backend.settled();
    }
    visited();
  }
}

/** Whether a tensor is not in a list of state dict keys, written with or without the `vision_model.` prefix. */
export function notAmong(keys: readonly string[]): (name: string) => boolean {
  const excluded = new Set(keys.map((key) => key.replace(/^vision_model\./, '')));
  return (name) => !excluded.has(name);
}
