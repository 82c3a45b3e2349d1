/**
 * What is in the engine's memory while a pool is scored: `theta_0`, `S`, the working weights and the projection on the
 * tensor backend. Made once per pool, thrown away when the pool changes.
 */
import { readFloat32 } from '../../checkpoint/dtype';
import type { ClipModel } from '../../clip/types';
import { CompatibilityError } from '../../errors';
import { combine } from '../../method/combine';
import type { Combination } from '../../method/types';
import {
  allocateWeights,
  loadOwnWeights,
  mergedWeights,
  type WorkingWeights,
} from '../../method/weights';
import { mergedNames } from '../../modelpool/judge';
import type { TensorBackend, TensorBuffer } from '../../runtime/types';
import { type ScoringInputs, type WeightsId, weightsKey } from './inputs';

export interface Residence {
  readonly combination: Combination;
  /** `visual_projection.weight`, `[projectionDim, hiddenSize]`. */
  readonly projection: TensorBuffer;
  readonly projectionDim: number;
  /** Brings the weights of `id` into place and returns them: at most one pass over the model, none if they are there. */
  place(
    inputs: ScoringInputs,
    id: WeightsId,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, TensorBuffer>>;
  free(): void;
}

/** Bytes of the merged tensors in float32. */
function mergedBytes({ visionTensors }: ClipModel, names: readonly string[]): number {
  const elements = names.map((name) =>
    (visionTensors.get(name)?.shape ?? []).reduce((product, side) => product * side, 1),
  );
  return 4 * elements.reduce((sum, count) => sum + count, 0);
}

export interface ResidenceOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Reads the pool's files once and keeps what scoring needs on `backend`. */
export async function takeResidence(
  inputs: ScoringInputs,
  backend: TensorBackend,
  { signal, onProgress }: ResidenceOptions,
): Promise<Residence> {
  const { pretrained, donor, experts, method } = inputs;
  const source = donor.visualProjection;
  if (!source) {
    throw new CompatibilityError(
      `${donor.name} has no visual_projection.weight: scoring needs a full CLIP as the base or in the library.`,
    );
  }
  const pool = { pretrained, experts, mergedNames: mergedNames(pretrained) };
  // theta_0, S and the working weights, in float32: said before anything is read.
  await backend.reserve(3 * mergedBytes(pretrained, pool.mergedNames));
  const combination = await combine(pool, method, { backend, signal, onProgress });
  const projection = backend.upload(await readFloat32(source));
  /** Allocated on first use: the pretrained column needs none, nor do averages. */
  let working: WorkingWeights | null = null;
  let placed = '';

  return {
    combination,
    projection,
    projectionDim: source.shape[0] ?? 0,
    async place(current, id, signal) {
      if (id.kind === 'pretrained') return combination.base;
      const key = weightsKey(current, id);
      if (working && placed === key) return working.buffers;
      const overwritten = () => {
        placed = '';
        working ??= allocateWeights(backend, combination.base);
        return working;
      };
      if (id.kind === 'merged') {
        const merged = mergedWeights(combination, id.scalingFactor, overwritten);
        if (merged === working?.buffers) placed = key;
        return merged;
      }
      const model = current.models.get(id.id);
      if (!model) throw new CompatibilityError('The expert of this task is no longer in the pool.');
      const own = overwritten();
      await loadOwnWeights(backend, model, own, signal);
      placed = key;
      return own.buffers;
    },
    free() {
      combination.free();
      working?.free();
      backend.free(projection);
    },
  };
}
