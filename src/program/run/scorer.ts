/**
 * What runs the models of an evaluation: an engine with a vision tower for each size of batches, or one whose session holds the
 * weights of the model, where that is faster.
 */
import { readFloat32 } from '../../checkpoint/dtype';
import type { TensorSource } from '../../checkpoint/types';
import type { VisionConfig } from '../../clip/types';
import {
  createHoldingVisionTower,
  createVisionTower,
  type VisionTower,
} from '../../clip/vision-tower';
import type { TensorBackend, TensorBuffer } from '../../runtime/types';
import { batchSize, evenBatchSize, sharedBatchSize } from '../../taskpool/batch-size';
import type { ScoringEnsemble, ScoringModel } from '../../taskpool/score';
import type { ScoringEngine } from './engines-node';

/** A model to be scored, and by what its scores are known again. */
export interface KeptModel {
  /** Null where they are not to be kept. */
  readonly key: string | null;
  /** The weights until another model is placed, or the models whose logits are averaged, each until the next. */
  place(): Promise<PlacedWeights | readonly (() => Promise<PlacedWeights>)[]>;
}

type PlacedWeights = ReadonlyMap<string, TensorBuffer>;

/** Batches that every expert of an ensemble is run with before the next takes its place. */
const ENSEMBLE_BATCHES = 8;

/** A session that holds weights takes as long to make as it saves on some 25 pictures of a ViT-B/32. */
const HELD_FROM = 64;

/** An engine with the projection that stays the task pool's own. */
export interface Scorer {
  readonly engine: ScoringEngine;
  readonly projection: TensorBuffer;
  /** The tower for so many pictures. */
  tower(pictures: number): Promise<VisionTower>;
  /** A tower that holds these weights, for tasks of so many pictures each, which the caller releases; null where it gains nothing. */
  holding(weights: PlacedWeights, pictures: readonly number[]): Promise<VisionTower> | null;
  release(): Promise<void>;
}

/** @param matrix - the projection, `[projectionDim, hiddenSize]` */
export async function createScorer(
  engine: ScoringEngine,
  vision: VisionConfig,
  matrix: TensorSource,
  tensors: TensorBackend,
): Promise<Scorer> {
  const dimension = matrix.shape[0] ?? 0;
  const largest = batchSize(vision, engine.class);
  const projection = tensors.upload(await readFloat32(matrix));
  const towers = new Map<number, VisionTower>();
  return {
    engine,
    projection,
    async tower(count) {
      const size = evenBatchSize(count, largest);
      const known = towers.get(size);
      if (known) return known;
      const made = await createVisionTower(vision, dimension, engine.vision, size);
      towers.set(size, made);
      return made;
    },
    holding(weights, counts) {
      const pictures = counts.reduce((sum, count) => sum + count, 0);
      if (!engine.vision.holdsWeights || pictures < HELD_FROM) return null;
      const size = sharedBatchSize(counts, largest);
      const held = { buffer: projection, dimension };
      return createHoldingVisionTower(vision, held, engine.vision, size, weights);
    },
    async release() {
      for (const tower of towers.values()) await tower.release();
      tensors.free(projection);
    },
  };
}

/** Brings the models of one evaluation into place. */
export interface Placing {
  /** The model of task `at`, in place until the next is asked for. */
  place(at: number): Promise<ScoringModel | ScoringEnsemble>;
  release(): Promise<void>;
}

/** @param models - of every task its model; @param pictures - of every task how many */
export function createPlacing(
  scorer: Pick<Scorer, 'projection' | 'tower' | 'holding'>,
  models: readonly KeptModel[],
  pictures: readonly number[],
): Placing {
  const { projection } = scorer;
  /** The weights of one model at most are in a session, beside those that are in place. */
  let held: { readonly model: KeptModel; readonly scoring: ScoringModel } | undefined;
  const release = async () => {
    const before = held;
    held = undefined;
    await before?.scoring.tower.release();
  };
  return {
    async place(at) {
      const model = models[at];
      if (!model) throw new RangeError(`there is no task ${at}`);
      if (held && isSame(held.model, model)) return held.scoring;
      await release();
      const placed = await model.place();
      if (isList(placed)) {
        const tower = await scorer.tower(pictures[at] ?? 0);
        return { projection, tower, members: placed, batchesAtOnce: ENSEMBLE_BATCHES };
      }
      const left = pictures.filter((_, i) => i >= at && isSame(models[i], model));
      const tower = await scorer.holding(placed, left);
      if (tower === null) {
        return { projection, tower: await scorer.tower(pictures[at] ?? 0), weights: placed };
      }
      held = { model, scoring: { projection, tower, weights: placed } };
      return held.scoring;
    },
    release,
  };
}

function isSame(a: KeptModel | undefined, b: KeptModel): boolean {
  return a === b || (a !== undefined && a.key !== null && a.key === b.key);
}

function isList<M, T>(placed: M | readonly T[]): placed is readonly T[] {
  return Array.isArray(placed);
}
