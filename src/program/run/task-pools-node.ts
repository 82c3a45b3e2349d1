/** Task pools in place for scoring: pictures, prompts and the vision tower, kept for the runs that follow. */
import { readFloat32 } from '../../checkpoint/dtype';
import type { TensorSource } from '../../checkpoint/types';
import type { ClipModel } from '../../clip/types';
import { createVisionTower, type VisionTower } from '../../clip/vision-tower';
import { CompatibilityError, FormatError } from '../../errors';
import type { TensorBackend, TensorBuffer } from '../../runtime/types';
import { batchSize, evenBatchSize } from '../../taskpool/batch-size';
import type { ZeroShotHead } from '../../taskpool/head';
import {
  CROP_BUDGET_BYTES,
  createPatchSource,
  type PatchSource,
  type PictureHelpers,
} from '../../taskpool/patch-source';
import type { EngineName, TaskPoolConfig } from '../config/program/types';
import { type Evaluated, type EvaluatedTask, evaluateTask } from '../evaluate';
import type { TaskResult } from '../report';
import type { EngineFor, ScoringEngine } from './engines-node';
import { createHeads } from './heads-node';
import { keepAll, keepLast } from './keep';
import type { RunListener } from './messages';
import { openScoringClip, type ScoringClip } from './open-models-node';
import { type Half, type OpenedTask, openTask, type RowChoice } from './open-task-node';
import type { Surroundings } from './surroundings';

/** A task pool whose files have been found and opened; nothing is computed yet. */
export interface OpenedTaskPool {
  /** In the order of the configuration. */
  readonly tasks: readonly OpenedTask[];
  /**
   * Scores vision weights on every task, in the order of the configuration.
   * @param what - what is being scored, for people, where it is one of several on the same tasks
   * @throws as `evaluateTask`
   */
  evaluate(weights: ReadonlyMap<string, TensorBuffer>, what?: string): Promise<Evaluation>;
}

export interface Evaluation {
  readonly results: readonly TaskResult[];
  /** What the results were counted from, task by task. */
  readonly tasks: readonly Evaluated[];
  /** What scored, for the report. */
  readonly engine: string;
}

export interface TaskPools {
  /**
   * @param like - a model whose vision tower is that of the models that are scored
   * @param options.fastDevRun - one batch of each task alone
   * @param options.half - only this half of each task
   * @throws ConfigError, FormatError and CompatibilityError for whatever is missing or does not fit
   */
  open(
    config: TaskPoolConfig,
    like: ClipModel,
    options: {
      readonly fastDevRun: boolean;
      readonly engine: EngineName;
      readonly half?: Half | undefined;
    },
  ): Promise<OpenedTaskPool>;
  dispose(): Promise<void>;
}

/** An engine with the projection that stays the task pool's own, and a tower for each size of batches. */
interface Scorer {
  readonly engine: ScoringEngine;
  readonly projection: TensorBuffer;
  /** The tower for so many pictures. */
  tower(pictures: number): Promise<VisionTower>;
  release(): Promise<void>;
}

export interface TaskPoolParts {
  readonly tensors: TensorBackend;
  readonly engineFor: EngineFor;
  readonly helpers: PictureHelpers | undefined;
}

export function createTaskPools(
  { tensors, engineFor, helpers }: TaskPoolParts,
  surroundings: Surroundings,
  listener: RunListener,
  signal: AbortSignal,
): TaskPools {
  const clips = keepLast<ScoringClip>();
  const scorers = keepLast<Scorer>((scorer) => scorer.release());
  const tasks = keepAll<OpenedTask>();
  const headOf = createHeads(surroundings, listener, signal);
  const pictures = keepAll<PatchSource>();
  const budget = { left: CROP_BUDGET_BYTES };

  const engineOf = async (choice: EngineName, clip: ScoringClip, like: ClipModel) =>
    engineFor(choice, like.vision, projectionOf(clip).shape[0] ?? 0);

  async function createScorer(
    choice: EngineName,
    clip: ScoringClip,
    like: ClipModel,
  ): Promise<Scorer> {
    const matrix = projectionOf(clip);
    const dimension = matrix.shape[0] ?? 0;
    const engine = await engineOf(choice, clip, like);
    const largest = batchSize(like.vision, engine.class);
    const projection = tensors.upload(await readFloat32(matrix));
    const towers = new Map<number, VisionTower>();
    return {
      engine,
      projection,
      async tower(count) {
        const size = evenBatchSize(count, largest);
        const known = towers.get(size);
        if (known) return known;
        const made = await createVisionTower(like.vision, dimension, engine.vision, size);
        towers.set(size, made);
        return made;
      },
      async release() {
        for (const tower of towers.values()) await tower.release();
        tensors.free(projection);
      },
    };
  }

  return {
    async open(config, like, { fastDevRun, engine: engineName, half }) {
      const { clipModel, processor, dataProcessor, sampleSize, sampleSeed } = config;
      const clipKey = [clipModel, processor, dataProcessor, like.vision];
      const clip = await clips.keep(clipKey, () => openScoringClip(config, like, surroundings));
      // What cannot be had is told before anything is computed.
      await engineOf(engineName, clip, like);
      const choice: RowChoice = {
        sampleSize,
        sampleSeed,
        first: fastDevRun ? config.batchSize : null,
        ...(half && { half }),
      };
      const opened: { readonly key: unknown; readonly task: OpenedTask }[] = [];
      for (const task of config.tasks) {
        const key = [task, choice];
        opened.push({
          key,
          task: await tasks(key, async () => {
            const made = await openTask(task, choice, surroundings);
            if (half?.wanted === 'choosing') return made;
            for (const note of made.notes) listener.note(`${made.name}: ${note}.`);
            return made;
          }),
        });
      }
      const told = new Set<string>();
      return {
        tasks: opened.map(({ task }) => task),
        async evaluate(weights, what) {
          const { projection, tower, engine } = await scorers.keep([engineName, clipKey], () =>
            createScorer(engineName, clip, like),
          );
          const evaluated: Evaluated[] = [];
          const pictureCount = opened.reduce((sum, { task }) => sum + task.rows.length, 0);
          let before = 0;
          for (const { key, task } of opened) {
            const head = await headOf(engine.text, clipKey, clip.model, task);
            const patches = await pictures([key, clipKey], async () =>
              createPatchSource(task.rows, clip.processor, like.vision, budget, helpers),
            );
            const model = { projection, weights, tower: await tower(task.rows.length) };
            evaluated.push(
              await evaluateTask(model, evaluatedTask(task, head, patches), {
                signal,
                lossBatchSize: config.batchSize,
                onProgress: (name, scored, total) => {
                  if (what === undefined) listener.progress(`Scoring ${name}`, scored, total);
                  else if (scored < total) listener.progress(what, before + scored, pictureCount);
                },
                onUnreadable: (name, image, reason) => {
                  if (config.onUnreadable === 'error') throw unreadable(name, image, reason);
                  if (told.has(`${name}/${image}`)) return;
                  told.add(`${name}/${image}`);
                  listener.note(`${name}: ${image} is passed over. ${reason}`);
                },
              }),
            );
            before += task.rows.length;
            if (what !== undefined) listener.progress(what, before, pictureCount);
          }
          return {
            results: evaluated.map(({ result }) => result),
            tasks: evaluated,
            engine: engine.name,
          };
        },
      };
    },
    async dispose() {
      await scorers.dispose();
    },
  };
}

function projectionOf({ model }: ScoringClip): TensorSource {
  if (!model.visualProjection) throw new CompatibilityError(`${model.name} has no projection.`);
  return model.visualProjection;
}

/** What `taskpool.on_unreadable=error` stops a run with. */
function unreadable(task: string, image: string, reason: string): FormatError {
  return new FormatError(
    image,
    `${reason} The run stops here because taskpool.on_unreadable is error; skip leaves the picture out of ${task}.`,
  );
}

function evaluatedTask(
  { name, classnames, rows, available }: OpenedTask,
  head: ZeroShotHead,
  patches: PatchSource,
): EvaluatedTask {
  return {
    name,
    classnames,
    patches,
    head,
    imageNames: rows.map((row) => row.name),
    labels: rows.map((row) => row.label),
    // In the order of the data: pictures in Parquet files are read group by group.
    order: [...rows.keys()],
    ...(available > rows.length ? { available } : {}),
  };
}
