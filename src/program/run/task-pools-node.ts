/** Task pools in place for scoring: pictures, prompts and the vision tower, kept for the runs that follow. */
import { readFloat32 } from '../../checkpoint/dtype';
import type { ClipModel } from '../../clip/types';
import { createVisionTower, type VisionTower } from '../../clip/vision-tower';
import { CompatibilityError, FormatError } from '../../errors';
import type { Runtime, TensorBuffer } from '../../runtime/types';
import { batchSize } from '../../taskpool/batch-size';
import type { ZeroShotHead } from '../../taskpool/head';
import {
  CROP_BUDGET_BYTES,
  createPatchSource,
  type PatchSource,
} from '../../taskpool/patch-source';
import type { TaskPoolConfig } from '../config/program/types';
import { type EvaluatedTask, evaluate } from '../evaluate';
import type { TaskResult } from '../report';
import { createHeads } from './heads-node';
import { keepAll, keepLast } from './keep';
import type { RunListener } from './messages';
import { openScoringClip, type ScoringClip } from './open-models-node';
import { type OpenedTask, openTask, type RowChoice } from './open-task-node';
import type { Surroundings } from './surroundings';

/** A task pool whose files have been found and opened; nothing is computed yet. */
export interface OpenedTaskPool {
  /**
   * Scores vision weights on every task, in the order of the configuration.
   * @throws as `evaluate`
   */
  evaluate(weights: ReadonlyMap<string, TensorBuffer>): Promise<TaskResult[]>;
}

export interface TaskPools {
  /**
   * @param like - a model whose vision tower is that of the models that are scored
   * @param fastDevRun - one batch of each task alone
   * @throws ConfigError, FormatError and CompatibilityError for whatever is missing or does not fit
   */
  open(config: TaskPoolConfig, like: ClipModel, fastDevRun: boolean): Promise<OpenedTaskPool>;
  dispose(): Promise<void>;
}

/** A vision tower with the projection that stays the task pool's own. */
interface Scorer {
  readonly tower: VisionTower;
  readonly projection: TensorBuffer;
}

export function createTaskPools(
  runtime: () => Promise<Runtime>,
  surroundings: Surroundings,
  listener: RunListener,
  signal: AbortSignal,
): TaskPools {
  const clips = keepLast<ScoringClip>();
  const scorers = keepLast<Scorer>(({ tower }) => tower.release());
  const tasks = keepAll<OpenedTask>();
  const textEngine = async () => (await runtime()).text();
  const headOf = createHeads(textEngine, surroundings, listener, signal);
  const pictures = keepAll<PatchSource>();
  const budget = { left: CROP_BUDGET_BYTES };

  async function createScorer({ model }: ScoringClip, like: ClipModel): Promise<Scorer> {
    const { tensors, vision } = await runtime();
    const projection = model.visualProjection;
    if (!projection) throw new CompatibilityError(`${model.name} has no projection.`);
    const batch = batchSize(like.vision, 'wasm');
    return {
      tower: await createVisionTower(like.vision, projection.shape[0] ?? 0, vision, batch),
      projection: tensors.upload(await readFloat32(projection)),
    };
  }

  return {
    async open(config, like, fastDevRun) {
      const { clipModel, processor, dataProcessor, sampleSize, sampleSeed } = config;
      const clipKey = [clipModel, processor, dataProcessor, like.vision];
      const clip = await clips.keep(clipKey, () => openScoringClip(config, like, surroundings));
      const choice: RowChoice = {
        sampleSize,
        sampleSeed,
        first: fastDevRun ? config.batchSize : null,
      };
      const opened: { readonly key: unknown; readonly task: OpenedTask }[] = [];
      for (const task of config.tasks) {
        const key = [task, choice];
        opened.push({
          key,
          task: await tasks(key, async () => {
            const made = await openTask(task, choice, surroundings);
            for (const note of made.notes) listener.note(`${made.name}: ${note}.`);
            return made;
          }),
        });
      }
      return {
        async evaluate(weights) {
          const scorer = await scorers.keep(clipKey, () => createScorer(clip, like));
          const evaluated: EvaluatedTask[] = [];
          for (const { key, task } of opened) {
            evaluated.push(
              evaluatedTask(
                task,
                await headOf(clipKey, clip.model, task),
                await pictures([key, clipKey], async () =>
                  createPatchSource(task.rows, clip.processor, like.vision, budget),
                ),
              ),
            );
          }
          return evaluate({ ...scorer, weights }, evaluated, {
            signal,
            lossBatchSize: config.batchSize,
            onProgress: (task, scored, total) =>
              listener.progress(`Scoring ${task}`, scored, total),
            onUnreadable: (task, image, reason) => {
              if (config.onUnreadable === 'error') throw unreadable(task, image, reason);
              listener.note(`${task}: ${image} is passed over. ${reason}`);
            },
          });
        },
      };
    },
    async dispose() {
      await scorers.dispose();
    },
  };
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
