/**
 * The merged model tensor by tensor, for writing it out: never a second copy of the model in memory. Values come from
 * the resident combination where its backend is bit-exact, else from the files through the CPU reference, so that the
 * file is the same on every machine.
 */
import type { ModelPool } from '../modelpool/types';
import { createCpuBackend } from '../runtime/cpu/backend';
import type { TensorBackend, TensorBuffer } from '../runtime/types';
import { FLAT, tensorScale } from './layers/factors';
import { createMatrixJobsHere, type MatrixJobs } from './matrices/jobs';
import { partsOf } from './parts';
import type {
  Combination,
  CombinePart,
  ExpertInputs,
  MergedWeights,
  MethodChoice,
  Part,
} from './types';
import { withPart } from './vision-tensor';

/** Computes one merged tensor as float32, by canonical name. */
export type MergedValues = (name: string) => Promise<Float32Array<ArrayBuffer>>;

/** From what is resident. Needs a backend whose self-test found it exact. Weights have no use for a scaling factor, nor for those of layers. */
export function mergedFromCombination(
  combination: Combination,
  scalingFactor: number,
  layers = FLAT,
): MergedValues {
  if (combination.kind === 'weights') return mergedFromWeights(combination);
  const { backend, base } = combination;
  return async (name) => {
    const sum = known(combination.taskVector.get(name), name);
    const theta = known(base.get(name), name);
    return made(backend, theta.length, (out) =>
      backend.scaleAndAdd(out, theta, sum, tensorScale(scalingFactor, layers, name)),
    );
  };
}

/** From merged weights that are resident. */
export function mergedFromWeights({
  backend,
  weights,
}: Pick<MergedWeights, 'backend' | 'weights'>): MergedValues {
  return async (name) => backend.read(known(weights.get(name), name));
}

/**
 * From the checkpoints, in the reference arithmetic. A method that must know the whole pool first reads it through when
 * the first tensor is asked for; `signal` stops that.
 */
export function mergedFromCheckpoints(
  pool: ModelPool,
  { method, options = {} }: MethodChoice,
  scalingFactor: number,
  signal: AbortSignal = new AbortController().signal,
  layers = FLAT,
  matrices: MatrixJobs = createMatrixJobsHere(),
  inputs?: ExpertInputs,
): MergedValues {
  const backend = createCpuBackend();
  const visited = () => signal.throwIfAborted();
  // Nobody says in which order tensors are asked for: none is merged before it is.
  const context = { backend, visited, signal, inputs, matrices: { ...matrices, atOnce: 1 } };
  let plan: Promise<CombinePart> | undefined;
  return async (name) => {
    plan ??= method.plan(pool, options, context);
    const combinePart = await plan;
    const mergePart = (part: Part, out: TensorBuffer) =>
      withPart(backend, pool.pretrained, part, async (base) => {
        const combined = await combinePart(part, base);
        try {
          if (method.kind === 'task vector') {
            // The sum is done with: what becomes of it takes its place.
            const scale = tensorScale(scalingFactor, layers, part.name);
            backend.scaleAndAdd(combined, base, combined, scale);
          }
          backend.copy(out, part.begin, combined);
        } finally {
          backend.free(combined);
        }
      });
    const parts = partsOf(pool, name, backend);
    return made(backend, parts[0]?.tensorLength ?? 0, async (out) => {
      for (const part of parts) await mergePart(part, out);
    });
  };
}

/** A new array that is computed on a backend. */
async function made(
  backend: TensorBackend,
  length: number,
  compute: (out: TensorBuffer) => void | Promise<void>,
): Promise<Float32Array<ArrayBuffer>> {
  const out = backend.allocate(length);
  try {
    await compute(out);
    return await backend.take(out);
  } catch (error) {
    backend.free(out);
    throw error;
  }
}

function known(buffer: TensorBuffer | undefined, name: string): TensorBuffer {
  if (!buffer) throw new RangeError(`no merged tensor is called ${name}`);
  return buffer;
}
