/** One batch of scoring: pictures to patches, through the vision tower, to predictions. Called again until complete. */
import type { VisionTower } from '../clip/vision-tower';
import type { VisionWeights } from '../clip/vision-weights';
import { FormatError } from '../errors';
import type { TensorBuffer } from '../runtime/types';
import { classifyLogits, imageLogits } from './classify';
import type { ZeroShotHead } from './head';
import type { PatchSource } from './patch-source';
import type { Tally } from './tally';

interface InPlace {
  readonly tower: VisionTower;
  /** `visual_projection.weight`, `[projectionDim, hiddenSize]`. */
  readonly projection: TensorBuffer;
  /** How many batches gain from going through the tower together; 1 where nothing is said. */
  readonly batchesAtOnce?: number;
}

/** A model in place: the graph, the weights it reads, and the projection that stays the base's. */
export interface ScoringModel extends InPlace {
  /** Exactly the tower's. */
  readonly weights: VisionWeights;
}

/** Several models that answer together by the unweighted mean of their logits: each is put in place when its turn comes. */
export interface ScoringEnsemble extends InPlace {
  /** Each takes the place of the one before. */
  readonly members: readonly (() => Promise<VisionWeights>)[];
}

/** A task in place: its pictures as patches, its labels, its head, and the fixed order in which images are scored. */
export interface ScoringTask {
  readonly patches: PatchSource;
  readonly labels: readonly number[];
  readonly head: ZeroShotHead;
  /** Image indices in the order of scoring, those that were counted before among them. */
  readonly order: readonly number[];
}

/**
 * Scores the next batch of `tally`, or several where the model gains by it and something is counted already, and counts them.
 * Returns the number of images counted (0 when all of the order are); unreadable images are passed over and noted in the
 * tally. An abort leaves the tally as it was.
 */
export async function scoreBatch(
  model: ScoringModel | ScoringEnsemble,
  task: ScoringTask,
  tally: Tally,
  signal?: AbortSignal,
): Promise<number> {
  const { tower, batchesAtOnce = 1 } = model;
  const { patches, order, labels, head } = task;
  const left = order.filter((index) => !tally.has(index));
  // Every batch of an ensemble brings all of its members into place: a first number soon would be dear.
  const isFirst = left.length === order.length && !('members' in model);
  const needed = Math.max(1, Math.ceil(left.length / tower.batch));
  const batches = isFirst ? 1 : Math.min(batchesAtOnce, needed);
  const room = tower.batch * batches;
  const input = new Float32Array(room * patches.length);
  /** In order: an image, and why it cannot be read where it cannot. */
  const rows: { readonly index: number; readonly unreadable?: string }[] = [];
  let filled = 0;
  for (const index of left) {
    if (filled === room) break;
    signal?.throwIfAborted();
    try {
      await patches.fill(index, input, filled * patches.length);
      rows.push({ index });
      filled++;
    } catch (error) {
      // A picture that is broken is passed over; one that could not be fetched, or a wrong processor, is no matter of it.
      if (!(error instanceof FormatError)) throw error;
      rows.push({ index, unreadable: error.message });
    }
  }
  // The last batch is short; the graph's shape is static, so the rest stays zero and is not looked at.
  const logits = filled > 0 ? await batchLogits(model, head, input, filled, signal) : [];
  signal?.throwIfAborted();
  let row = 0;
  for (const { index, unreadable } of rows) {
    const own = logits[row];
    if (unreadable !== undefined || !own) {
      tally.skip(index, unreadable ?? '');
      continue;
    }
    const label = labels[index] as number;
    tally.count(index, label, classifyLogits(own, label));
    row++;
  }
  return filled;
}

/** The logits of the first `pictures` of a batch: a model's own, or the mean of an ensemble's, summed in its order. */
async function batchLogits(
  model: ScoringModel | ScoringEnsemble,
  head: ZeroShotHead,
  input: Float32Array,
  pictures: number,
  signal: AbortSignal | undefined,
): Promise<readonly Float64Array[]> {
  const { tower, projection } = model;
  const logitsWith = async (weights: VisionWeights) => {
    const embeddings = await tower.encode(input, weights, projection, signal);
    return Array.from({ length: pictures }, (_, row) =>
      imageLogits(embeddings.subarray(row * head.dimension, (row + 1) * head.dimension), head),
    );
  };
  if (!('members' in model)) return logitsWith(model.weights);
  const { members } = model;
  const means = Array.from({ length: pictures }, () => new Float64Array(head.classes));
  for (const member of members) {
    signal?.throwIfAborted();
    const own = await logitsWith(await member());
    for (const [row, logits] of own.entries()) addTo(means[row], logits);
  }
  for (const mean of means) {
    for (let c = 0; c < mean.length; c++) mean[c] = (mean[c] as number) / members.length;
  }
  return means;
}

function addTo(sum: Float64Array | undefined, logits: Float64Array): void {
  for (let c = 0; sum && c < sum.length; c++) {
    sum[c] = (sum[c] as number) + (logits[c] as number);
  }
}
