/**
 * Task arithmetic: `S = ((tau_1 + tau_2) + ...) + tau_n` with `tau_i = theta_i - theta_0`, in pool order.
 * Source: Ilharco et al., "Editing Models with Task Arithmetic" (ICLR 2023); order and rounding as FusionBench's
 * `method/task_arithmetic/task_arithmetic.py`.
 */
import { readFloat32 } from '../checkpoint/dtype';
import type { ClipModel } from '../clip/types';
import { CompatibilityError } from '../errors';
import type { TensorBackend, TensorBuffer } from '../runtime/types';
import type { Combination, CombineContext, Method } from './types';

export const taskArithmetic: Method = {
  name: 'TaskArithmeticAlgorithm',
  async combine(pool, context) {
    const { backend, signal, onProgress } = context;
    const combination = emptyCombination(backend);
    try {
      for (const [done, name] of pool.mergedNames.entries()) {
        signal?.throwIfAborted();
        await combineTensor(name, pool, context, combination);
        onProgress?.(done + 1, pool.mergedNames.length);
      }
      await backend.settled();
      return combination;
    } catch (error) {
      combination.free();
      throw error;
    }
  },
};

async function combineTensor(
  name: string,
  pool: Parameters<Method['combine']>[0],
  { backend }: CombineContext,
  combination: MutableCombination,
): Promise<void> {
  const base = backend.upload(await readVisionTensor(pool.pretrained, name));
  combination.base.set(name, base);
  const sum = backend.allocate(base.length);
  combination.taskVector.set(name, sum);
  for (const [i, { model, weight }] of pool.experts.entries()) {
    const tuned = backend.upload(await readVisionTensor(model, name));
    backend.accumulate(sum, base, tuned, weight, i === 0);
    backend.free(tuned);
  }
}

/** Reads one tensor of a vision tower as float32, by canonical name. */
export async function readVisionTensor(
  model: ClipModel,
  name: string,
): Promise<Float32Array<ArrayBuffer>> {
  const tensor = model.visionTensors.get(name);
  if (!tensor) throw new CompatibilityError(`${model.name} has no tensor ${name}.`);
  return readFloat32(tensor);
}

interface MutableCombination extends Combination {
  readonly base: Map<string, TensorBuffer>;
  readonly taskVector: Map<string, TensorBuffer>;
}

function emptyCombination(backend: TensorBackend): MutableCombination {
  const base = new Map<string, TensorBuffer>();
  const taskVector = new Map<string, TensorBuffer>();
  return {
    backend,
    base,
    taskVector,
    free() {
      for (const buffers of [base, taskVector]) {
        for (const buffer of buffers.values()) backend.free(buffer);
        buffers.clear();
      }
    },
  };
}
