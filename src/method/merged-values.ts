/**
 * The merged model tensor by tensor, for writing it out: never a second copy of the model in memory. Values come from
 * the resident combination where its backend is bit-exact, else from the files through the CPU reference, so that the
 * file is the same on every machine.
 */
import type { ModelPool } from '../modelpool/types';
import { accumulate, scaleAndAdd } from '../runtime/cpu/backend';
import { readVisionTensor } from './task-arithmetic';
import type { Combination } from './types';

/** Computes one merged tensor as float32, by canonical name. */
export type MergedValues = (name: string) => Promise<Float32Array<ArrayBuffer>>;

/** From `theta_0` and `S` where they are. Needs a backend whose self-test found it exact. */
export function mergedFromCombination(
  combination: Combination,
  scalingFactor: number,
): MergedValues {
  const { backend, base, taskVector } = combination;
  return async (name) => {
    const theta = base.get(name);
    const sum = taskVector.get(name);
    if (!theta || !sum) throw new RangeError(`no merged tensor is called ${name}`);
    const out = backend.allocate(theta.length);
    try {
      backend.scaleAndAdd(out, theta, sum, scalingFactor);
      return await backend.read(out);
    } finally {
      backend.free(out);
    }
  };
}

/** From the checkpoints, one tensor of each at a time, in the reference arithmetic. */
export function mergedFromCheckpoints(pool: ModelPool, scalingFactor: number): MergedValues {
  return async (name) => {
    const base = await readVisionTensor(pool.pretrained, name);
    const sum = new Float32Array(base.length);
    for (const [i, { model, weight }] of pool.experts.entries()) {
      accumulate(sum, base, await readVisionTensor(model, name), Math.fround(weight), i === 0);
    }
    const merged = new Float32Array(base.length);
    scaleAndAdd(merged, base, sum, Math.fround(scalingFactor));
    return merged;
  };
}
