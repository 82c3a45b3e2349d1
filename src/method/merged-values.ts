/**
 * The merged model tensor by tensor, for writing it out: never a second copy of the model in memory. Values come from
 * the resident combination where its backend is bit-exact, else from the files through the CPU reference, so that the
 * file is the same on every machine.
 */
import type { ModelPool } from '../modelpool/types';
import { createCpuBackend } from '../runtime/cpu/backend';
import type { TensorBackend, TensorBuffer } from '../runtime/types';
import type { Combination, CombineTensor, MethodChoice } from './types';
import { readVisionTensor } from './vision-tensor';

/** Computes one merged tensor as float32, by canonical name. */
export type MergedValues = (name: string) => Promise<Float32Array<ArrayBuffer>>;

/** From what is resident. Needs a backend whose self-test found it exact. Weights have no use for a scaling factor. */
export function mergedFromCombination(
  combination: Combination,
  scalingFactor: number,
): MergedValues {
  const { backend, base } = combination;
  if (combination.kind === 'weights') {
    return async (name) => backend.read(known(combination.weights.get(name), name));
  }
  return async (name) => {
    const sum = known(combination.taskVector.get(name), name);
    return scaledAndAdded(backend, known(base.get(name), name), sum, scalingFactor);
  };
}

/**
 * From the checkpoints, in the reference arithmetic. A method that must know the whole pool first reads it through when
 * the first tensor is asked for; `signal` stops that.
 */
export function mergedFromCheckpoints(
  pool: ModelPool,
  { method, options = {} }: MethodChoice,
  scalingFactor: number,
  signal?: AbortSignal,
): MergedValues {
  const backend = createCpuBackend();
  const visited = () => signal?.throwIfAborted();
  let plan: Promise<CombineTensor> | undefined;
  return async (name) => {
    plan ??= method.plan(pool, options, { backend, visited });
    const combineTensor = await plan;
    const base = backend.upload(await readVisionTensor(pool.pretrained, name));
    try {
      const combined = await combineTensor(name, base);
      try {
        return method.kind === 'weights'
          ? await backend.read(combined)
          : await scaledAndAdded(backend, base, combined, scalingFactor);
      } finally {
        backend.free(combined);
      }
    } finally {
      backend.free(base);
    }
  };
}

async function scaledAndAdded(
  backend: TensorBackend,
  base: TensorBuffer,
  sum: TensorBuffer,
  scalingFactor: number,
): Promise<Float32Array<ArrayBuffer>> {
  const out = backend.allocate(base.length);
  try {
    backend.scaleAndAdd(out, base, sum, scalingFactor);
    return await backend.read(out);
  } finally {
    backend.free(out);
  }
}

function known(buffer: TensorBuffer | undefined, name: string): TensorBuffer {
  if (!buffer) throw new RangeError(`no merged tensor is called ${name}`);
  return buffer;
}
