/** Passing over the task vectors of a pool, part by part and expert by expert: what whole-vector statistics need. */
import type { ModelPool } from '../modelpool/types';
import type { TensorBackend, TensorBuffer } from '../runtime/types';
import { visitParts } from './parts';
import type { Part, PassContext } from './types';
import { withPart } from './vision-tensor';

/** Makes a part of one expert's task vector in `delta`; `base` is that part of `theta_0`. */
export type MakeTaskVector = (
  delta: TensorBuffer,
  base: TensorBuffer,
  part: Part,
  expert: number,
) => Promise<void>;

/** `weight * (theta_i - theta_0)`, the weight left out where it is 1. */
export function plainTaskVectors({ experts }: ModelPool, backend: TensorBackend): MakeTaskVector {
  return async (delta, base, part, index) => {
    const expert = experts[index];
    if (!expert) throw new RangeError(`the pool has no expert ${index}`);
    await withPart(backend, expert.model, part, (tuned) =>
      backend.accumulate(delta, base, tuned, expert.weight, true),
    );
  };
}

/** Adds the task vectors of so many experts to `sum`, from left to right; `delta` is room for one of them. */
export async function addUp(
  backend: TensorBackend,
  { sum, delta }: { readonly sum: TensorBuffer; readonly delta: TensorBuffer },
  makeTaskVector: MakeTaskVector,
  count: number,
  base: TensorBuffer,
  part: Part,
): Promise<void> {
  for (let expert = 0; expert < count; expert++) {
    await makeTaskVector(delta, base, part, expert);
    backend.addScaled(sum, delta, 1, false);
  }
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
    while (buffers.length < count) buffers.push(backend.borrow(length));
    return await use(buffers);
  } finally {
    for (const buffer of buffers) backend.free(buffer);
  }
}

/** One pass over the pool: `visit` gets every part of `theta_0`. Tensors that are not `included` are passed over. */
export function passOver(
  pool: ModelPool,
  included: (name: string) => boolean,
  context: PassContext,
  visit: (part: Part, base: TensorBuffer) => Promise<void>,
): Promise<void> {
  return visitParts(pool, included, context, (part) =>
    withPart(context.backend, pool.pretrained, part, (base) => visit(part, base)),
  );
}

/** Whether a tensor is not in a list of state dict keys, written with or without the `vision_model.` prefix. */
export function notAmong(keys: readonly string[]): (name: string) => boolean {
  const excluded = new Set(keys.map((key) => key.replace(/^vision_model\./, '')));
  return (name) => !excluded.has(name);
}
