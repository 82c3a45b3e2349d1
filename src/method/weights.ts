/**
 * The working weights: one buffer per merged tensor, the very buffers that the vision graph reads. They hold
 * `theta_0 + (lambda * f) * S`, or one expert's own weights, whichever was asked for last.
 */
import type { ClipModel } from '../clip/types';
import type { TensorBackend, TensorBuffer } from '../runtime/types';
import { FLAT, type LayerFactors, tensorScale } from './layers/factors';
import type { Combination, TaskVectorCombination } from './types';
import { fillWithTensor } from './vision-tensor';

export interface WorkingWeights {
  readonly buffers: ReadonlyMap<string, TensorBuffer>;
  free(): void;
}

/** Allocates working weights of the same tensors as `like`, all zero. */
export function allocateWeights(
  backend: TensorBackend,
  like: ReadonlyMap<string, TensorBuffer>,
): WorkingWeights {
  const buffers = new Map<string, TensorBuffer>();
  const free = () => {
    for (const buffer of buffers.values()) backend.free(buffer);
    buffers.clear();
  };
  try {
    for (const [name, { length }] of like) buffers.set(name, backend.allocate(length));
  } catch (error) {
    free();
    throw error;
  }
  return { buffers, free };
}

/**
 * The merged weights: those of an average as they are, else `theta_0 + (scalingFactor * f) * S` in the working weights, which
 * `working` hands out when they are needed; `f` is the tensor's of `layers`.
 */
export function mergedWeights(
  combination: Combination,
  scalingFactor: number,
  working: () => WorkingWeights,
  layers = FLAT,
): ReadonlyMap<string, TensorBuffer> {
  if (combination.kind === 'weights') return combination.weights;
  const weights = working();
  applyTaskVector(combination, scalingFactor, layers, weights);
  return weights.buffers;
}

/** `weights = theta_0 + (scalingFactor * f) * S`: submitted, so that the next run of the vision graph reads it; not waited for. */
function applyTaskVector(
  combination: TaskVectorCombination,
  scalingFactor: number,
  layers: LayerFactors,
  weights: WorkingWeights,
): void {
  for (const [name, base] of combination.base) {
    const sum = combination.taskVector.get(name);
    const out = weights.buffers.get(name);
    if (!sum || !out) continue;
    combination.backend.scaleAndAdd(out, base, sum, tensorScale(scalingFactor, layers, name));
  }
  combination.backend.submit();
}

/** Loads a model's own weights: an expert is scored with these, never with `theta_0 + tau_i`, which rounds differently. */
export async function loadOwnWeights(
  backend: TensorBackend,
  model: ClipModel,
  weights: WorkingWeights,
  signal?: AbortSignal,
): Promise<void> {
  for (const [name, buffer] of weights.buffers) {
    signal?.throwIfAborted();
    await fillWithTensor(backend, buffer, model, name);
  }
}
