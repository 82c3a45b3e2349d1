/**
 * What is in the engine's memory while a pool is scored: `theta_0`, `S`, the working weights and the projection on the
 * tensor backend. Made once per combination, thrown away when another takes its place. Of large models on the CPU there are no working
 * weights: `S` and `theta_0` are what a moving slider needs, and what they come to is made layer by layer when it is run.
 */
import { readFloat32 } from '../../checkpoint/dtype';
import { LAYERED_BYTES } from '../../clip/steps';
import type { ClipModel } from '../../clip/types';
import type { VisionWeights } from '../../clip/vision-weights';
import { CompatibilityError } from '../../errors';
import { combine, recombine } from '../../method/combine';
import type { MatrixJobs } from '../../method/matrices/jobs';
import { createResidentExperts } from '../../method/resident-experts';
import { streamedMerged, streamedOwn } from '../../method/streamed-weights';
import type { Combination, ExpertInputs } from '../../method/types';
import {
  allocateWeights,
  loadOwnWeights,
  mergedWeights,
  type WorkingWeights,
} from '../../method/weights';
import { mergedNames } from '../../modelpool/judge';
import type { TensorBackend, TensorBuffer } from '../../runtime/types';
import { combinedOf, type LoadCombination } from './combination-file';
import { keyText, type WeightsKey, weightsText } from './keys';
import type { Unit } from './plan';
import type { ScoringInputs } from './readiness';

export interface Residence {
  readonly combination: Combination;
  /** `visual_projection.weight`, `[projectionDim, hiddenSize]`. */
  readonly projection: TensorBuffer;
  readonly projectionDim: number;
  /** Are weights best run layer by layer? Those that are not resident are streamed then. */
  readonly isLayered: boolean;
  /** Brings the unit's weights into place and returns them: at most one pass over the model, none if they are there. */
  place(unit: Unit, signal: AbortSignal): Promise<PlacedWeights>;
  /**
   * Do only its experts differ: which of those that there were are merged, in which order, and how much each counts? Then they
   * are combined in place, except by averages and by methods that take far longer than reading does.
   */
  canReweigh(inputs: ScoringInputs): boolean;
  /**
   * Combines other weights of the same experts, which stay in memory from now on as far as there is room. Until it has succeeded
   * what is resident is of no combination.
   */
  reweigh(inputs: ScoringInputs, context: ReweighContext): Promise<void>;
  /** The experts of the pool, each to be brought into place when its turn comes, and how many batches are best run with each. */
  members(signal: AbortSignal): {
    readonly members: readonly (() => Promise<VisionWeights>)[];
    readonly batchesAtOnce: number;
  };
  free(): void;
}

export interface PlacedWeights {
  readonly weights: VisionWeights;
  /** How many batches are best run with them at a time. */
  readonly batchesAtOnce: number;
}

/** What is being done while experts are combined, for people. */
export const COMBINING = 'Combining the experts';

/** Merging takes a tenth of the time of a batch. */
const MERGED_BATCHES = 2;

/** Reading a model from its file takes as long as scoring one or two batches. */
const OWN_BATCHES = 8;

/** Bytes of the merged tensors in float32. */
function mergedBytes({ visionTensors }: ClipModel, names: readonly string[]): number {
  const elements = names.map((name) =>
    (visionTensors.get(name)?.shape ?? []).reduce((product, side) => product * side, 1),
  );
  return 4 * elements.reduce((sum, count) => sum + count, 0);
}

export interface ReweighContext {
  readonly signal: AbortSignal;
  /** What is being done, for people, and how far it is. */
  readonly onProgress: (what: string, done: number, total: number) => void;
  readonly matrices?: MatrixJobs | undefined;
}

export interface ResidenceOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
  readonly load: LoadCombination;
  readonly matrices?: MatrixJobs | undefined;
  /** For a method that looks at pictures. */
  readonly looking?: ExpertInputs | undefined;
  /** Bytes of the smallest tower that is run layer by layer. */
  readonly layeredFrom?: number | undefined;
  /** Bytes that experts may take whose weights are moved. */
  readonly heldBytes?: number | undefined;
}

/**
 * Reads the pool's files once, or what was kept of an earlier reading, and keeps what scoring needs on `backend`.
 */
export async function takeResidence(
  inputs: ScoringInputs,
  backend: TensorBackend,
  {
    signal,
    onProgress,
    load,
    matrices,
    looking,
    layeredFrom = LAYERED_BYTES,
    heldBytes,
  }: ResidenceOptions,
): Promise<Residence> {
  const { base, donor, experts, method } = inputs;
  /** What is combined. */
  let latest = inputs;
  const source = donor.model.visualProjection;
  if (!source) {
    throw new CompatibilityError(
      `${donor.model.name} has no visual_projection.weight: scoring needs a full CLIP as the base or in the library.`,
    );
  }
  const pretrained = base.model;
  const pool = { pretrained, experts, mergedNames: mergedNames(pretrained) };
  const bytes = mergedBytes(pretrained, pool.mergedNames);
  const isLayered = backend.kind === 'cpu' && bytes >= layeredFrom;
  // theta_0, S and the working weights, in float32: said before anything is read.
  await backend.reserve((isLayered ? 2 : 3) * bytes);
  const matrix = await readFloat32(source);
  const combination =
    (await load(inputs, backend, { signal, onProgress })) ??
    (await combine(pool, method, { backend, signal, onProgress, matrices, inputs: looking }));
  const projection = backend.upload(matrix);
  const { mergedNames: names } = pool;
  const atHand = createResidentExperts(backend, heldBytes);
  const sources = new Set(sourcesOf(inputs));
  /** Allocated on first use: the pretrained column needs none, nor do averages. */
  let working: WorkingWeights | null = null;
  let placed = '';

  const streamed = (
    weights: WeightsKey,
    { expert }: Unit['task'],
    signal: AbortSignal,
  ): PlacedWeights => {
    if (weights.kind === 'expert') {
      const own = streamedOwn(backend, known(expert).model, signal);
      return { weights: own, batchesAtOnce: OWN_BATCHES };
    }
    if (weights.kind !== 'merged' || combination.kind === 'weights') {
      return { weights: combinedOf(combination), batchesAtOnce: 1 };
    }
    const merged = streamedMerged(combination, weights.scalingFactor, weights.layers);
    return { weights: merged, batchesAtOnce: MERGED_BATCHES };
  };

  const overwritten = (): WorkingWeights => {
    placed = '';
    working ??= allocateWeights(backend, combination.base);
    return working;
  };

  const loadOwn = async (model: ClipModel, signal: AbortSignal): Promise<VisionWeights> => {
    const own = overwritten();
    await loadOwnWeights(backend, model, own, signal);
    return own.buffers;
  };

  return {
    combination,
    projection,
    projectionDim: source.shape[0] ?? 0,
    isLayered,
    async place({ key: { weights }, task }, signal) {
      const held = (map: ReadonlyMap<string, TensorBuffer>): PlacedWeights => ({
        weights: map,
        batchesAtOnce: 1,
      });
      if (weights.kind === 'pretrained') return held(combination.base);
      if (weights.kind === 'expert' && !task.expert) {
        throw new RangeError(`${task.name} has no expert to be scored`);
      }
      if (isLayered) return streamed(weights, task, signal);
      const text = weightsText(weights);
      if (working && placed === text) return held(working.buffers);
      if (weights.kind === 'merged') {
        const { scalingFactor, layers } = weights;
        const merged = mergedWeights(combination, scalingFactor, overwritten, layers);
        if (merged === working?.buffers) placed = text;
        return held(merged);
      }
      await loadOwn(known(task.expert).model, signal);
      placed = text;
      return held(known(working).buffers);
    },
    canReweigh: (next) =>
      combination.kind === 'task vector' &&
      !method.method.wholeMatrices &&
      next.experts.length > 0 &&
      keyText(constantsOf(next)) === keyText(constantsOf(inputs)) &&
      sourcesOf(next).every((source) => sources.has(source)),
    async reweigh(next, { signal, onProgress, matrices }) {
      if (combination.kind !== 'task vector') throw new RangeError('there are no task vectors');
      const texts = sourcesOf(next);
      const models = await atHand.hold(
        next.experts.map(({ model }, i) => ({ text: texts[i] ?? '', model })),
        {
          names,
          signal,
          onProgress: (done, total) => onProgress('Reading the experts', done, total),
        },
      );
      const experts = next.experts.map(({ weight, model }, i) => ({
        weight,
        model: models[i] ?? model,
      }));
      await recombine(combination, { ...pool, experts }, next.method, {
        signal,
        matrices,
        onProgress: (done, total) => onProgress(COMBINING, done, total),
      });
      latest = next;
    },
    members(signal) {
      const place = async (model: ClipModel) =>
        isLayered ? streamedOwn(backend, model, signal) : loadOwn(model, signal);
      return {
        members: latest.experts.map(
          ({ model }) =>
            () =>
              place(model),
        ),
        batchesAtOnce: OWN_BATCHES,
      };
    },
    free() {
      combination.free();
      atHand.free();
      working?.free();
      working = null;
      placed = '';
      backend.free(projection);
    },
  };
}

/** In the order of the sum. */
function sourcesOf({ key }: ScoringInputs): string[] {
  return key.experts.map(({ source }) => keyText(source));
}

/** What a residence is made for, beside its experts. */
function constantsOf({ key: { base, method, options } }: ScoringInputs) {
  return { base, method, options };
}

function known<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new RangeError('there is none');
  return value;
}
