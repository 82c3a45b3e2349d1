/** One batch of scoring: pictures to patches, through the vision tower, to predictions. Called again until complete. */
import type { VisionTower } from '../clip/vision-tower';
import { FormatError } from '../errors';
import type { TensorBuffer } from '../runtime/types';
import { classify } from './classify';
import type { ZeroShotHead } from './head';
import type { PatchSource } from './patch-source';
import type { Tally } from './tally';

/** A model in place: the graph, the weights it reads, and the projection that stays the base's. */
export interface ScoringModel {
  readonly tower: VisionTower;
  /** By canonical name; exactly the graph's inputs. */
  readonly weights: ReadonlyMap<string, TensorBuffer>;
  /** `visual_projection.weight`, `[projectionDim, hiddenSize]`. */
  readonly projection: TensorBuffer;
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
 * Scores the next batch of `tally` and counts it. Returns the number of images counted (0 when all of
 * the order are); unreadable images are passed over and noted in the tally. An abort leaves the tally as it was.
 */
export async function scoreBatch(
  model: ScoringModel,
  task: ScoringTask,
  tally: Tally,
  signal?: AbortSignal,
): Promise<number> {
  const { tower } = model;
  const { patches, order, labels, head } = task;
  const input = new Float32Array(tower.batch * patches.length);
  /** In order: an image, and why it cannot be read where it cannot. */
  const rows: { readonly index: number; readonly unreadable?: string }[] = [];
  let filled = 0;
  for (const index of order) {
    if (filled === tower.batch) break;
    if (tally.has(index)) continue;
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
  const embeddings = filled > 0 ? await tower.encode(input, model.weights, model.projection) : null;
  signal?.throwIfAborted();
  let row = 0;
  for (const { index, unreadable } of rows) {
    if (unreadable !== undefined || !embeddings) {
      tally.skip(index, unreadable ?? '');
      continue;
    }
    const embedding = embeddings.subarray(row * head.dimension, (row + 1) * head.dimension);
    const label = labels[index] as number;
    tally.count(index, label, classify(embedding, head, label));
    row++;
  }
  return filled;
}
