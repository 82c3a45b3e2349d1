/**
 * What is in the engine's memory while a pool is scored: `theta_0`, `S`, the working weights and the projection on the
 * tensor backend. Made once per combination, thrown away when another takes its place.
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
import type { LoadCombination } from './combination-file';
import { weightsText } from './keys';
import type { Unit } from './plan';
import type { ScoringInputs } from './readiness';

export interface Residence {
  readonly combination: Combination;
  /** `visual_projection.weight`, `[projectionDim, hiddenSize]`. */
  readonly projection: TensorBuffer;
  readonly projectionDim: number;
  /** Brings the unit's weights into place and returns them: at most one pass over the model, none if they are there. */
  place(unit: Unit, signal: AbortSignal): Promise<ReadonlyMap<string, TensorBuffer>>;
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
  readonly load: LoadCombination;
}

/**
 * Reads the pool's files once, or what was kept of an earlier reading, and keeps what scoring needs on `backend`.
 */
export async function takeResidence(
  inputs: ScoringInputs,
  backend: TensorBackend,
  { signal, onProgress, load }: ResidenceOptions,
): Promise<Residence> {
  const { base, donor, experts, method } = inputs;
  const source = donor.model.visualProjection;
  if (!source) {
    throw new CompatibilityError(
      `${donor.model.name} has no visual_projection.weight: scoring needs a full CLIP as the base or in the library.`,
    );
  }
  const pretrained = base.model;
  const pool = { pretrained, experts, mergedNames: mergedNames(pretrained) };
  // theta_0, S and the working weights, in float32: said before anything is read.
  await backend.reserve(3 * mergedBytes(pretrained, pool.mergedNames));
  const matrix = await readFloat32(source);
  const combination =
    (await load(inputs, backend, { signal, onProgress })) ??
    (await combine(pool, method, { backend, signal, onProgress }));
  const projection = backend.upload(matrix);
  /** Allocated on first use: the pretrained column needs none, nor do averages. */
  let working: WorkingWeights | null = null;
  let placed = '';

  return {
    combination,
    projection,
    projectionDim: source.shape[0] ?? 0,
    async place({ key: { weights }, task }, signal) {
      if (weights.kind === 'pretrained') return combination.base;
      const text = weightsText(weights);
      if (working && placed === text) return working.buffers;
      const overwritten = () => {
        placed = '';
        working ??= allocateWeights(backend, combination.base);
        return working;
      };
      if (weights.kind === 'merged') {
        const merged = mergedWeights(combination, weights.scalingFactor, overwritten);
        if (merged === working?.buffers) placed = text;
        return merged;
      }
      if (!task.expert) throw new RangeError(`${task.name} has no expert to be scored`);
      const own = overwritten();
      await loadOwnWeights(backend, task.expert.model, own, signal);
      placed = text;
      return own.buffers;
    },
    free() {
      combination.free();
      working?.free();
      working = null;
      placed = '';
      backend.free(projection);
    },
  };
}
