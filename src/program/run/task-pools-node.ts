/** Task pools in place for scoring: pictures, prompts and the vision tower, kept for the runs that follow. */
import { join } from 'node:path';
import type { TensorSource } from '../../checkpoint/types';
import type { ClipModel } from '../../clip/types';
import { CompatibilityError, ConfigError, FormatError } from '../../errors';
import type { ExpertInputs } from '../../method/types';
import { namedPlace } from '../../modelpool/same-name';
import type { Expert } from '../../modelpool/types';
import type { TensorBackend, TensorBuffer } from '../../runtime/types';
import { batchSize } from '../../taskpool/batch-size';
import type { ZeroShotHead } from '../../taskpool/head';
import {
  CROP_BUDGET_BYTES,
  createPatchSource,
  type PatchSource,
  type PictureFile,
  type PictureHelpers,
} from '../../taskpool/patch-source';
import type { EngineName, TaskPoolConfig } from '../config/program/types';
import {
  type Evaluated,
  type EvaluatedTask,
  evaluatedBefore,
  evaluateTask,
  type ScoredBefore,
} from '../evaluate';
import { createExpertInputs } from '../expert-inputs';
import type { TaskResult } from '../report';
import { cacheFolder } from './cache-folder-node';
import type { EngineFor } from './engines-node';
import { createHeads } from './heads-node';
import { keepAll, keepLast } from './keep';
import type { RunListener } from './messages';
import { openScoringClip, type ScoringClip } from './open-models-node';
import { type OpenedTask, openTask } from './open-task-node';
import { type Half, rowChoice } from './row-choice';
import { filesText, scoreFolder } from './score-folder-node';
import { createPlacing, createScorer, type KeptModel, type Scorer } from './scorer';
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
  /**
   * The same of a model for each task, brought into place where something has to be scored: what was scored by an earlier command
   * is not scored again.
   */
  evaluateKept(modelOf: (task: string) => KeptModel, what?: string): Promise<Evaluation>;
  /** What goes into the linear layers of models on its pictures. */
  readonly inputs: ExpertInputs;
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
  const cache = cacheFolder(surroundings);
  const scores = cache === null ? null : scoreFolder(join(cache, 'scores'));

  const engineOf = async (choice: EngineName, clip: ScoringClip, like: ClipModel) =>
    engineFor(choice, like.vision, projectionOf(clip).shape[0] ?? 0);

  return {
    async open(config, like, { fastDevRun, engine: engineName, half }) {
      const { clipModel, processor, dataProcessor } = config;
      const clipKey = [clipModel, processor, dataProcessor, like.vision];
      const clip = await clips.keep(clipKey, () => openScoringClip(config, like, surroundings));
      // What cannot be had is told before anything is computed.
      await engineOf(engineName, clip, like);
      const choice = rowChoice({ pool: config, ...(half && { half }) }, fastDevRun);
      const opened: {
        readonly key: unknown;
        readonly task: OpenedTask;
        readonly files: string | null;
      }[] = [];
      for (const task of config.tasks) {
        const key = [task, choice];
        const made = await tasks(key, async () => {
          const fresh = await openTask(task, choice, surroundings);
          if (half?.wanted === 'choosing') return fresh;
          for (const note of fresh.notes) listener.note(`${fresh.name}: ${note}.`);
          return fresh;
        });
        opened.push({ key, task: made, files: filesText(made.files) });
      }
      const told = new Set<string>();
      const clipText = filesText(clip.files);
      const evaluateEach = async (
        modelOf: (task: string) => KeptModel,
        what?: string,
      ): Promise<Evaluation> => {
        const scorer = await scorers.keep([engineName, clipKey], async () =>
          createScorer(
            await engineOf(engineName, clip, like),
            like.vision,
            projectionOf(clip),
            tensors,
          ),
        );
        const { engine } = scorer;
        const models = opened.map(({ task }) => modelOf(task.name));
        const placing = createPlacing(
          scorer,
          models,
          opened.map(({ task }) => task.rows.length),
        );
        const keyOf = (
          model: KeptModel,
          { task, files }: (typeof opened)[number],
        ): string | null => {
          if (model.key === null || clipText === null || files === null) return null;
          if (task.readElsewhere()) return null;
          const { classnames, templates } = task;
          const rows = task.rows.map(({ name, label }) => [name, label]);
          return JSON.stringify([
            engine.name,
            model.key,
            clipText,
            files,
            classnames,
            templates,
            rows,
          ]);
        };
        const evaluated: Evaluated[] = [];
        const pictureCount = opened.reduce((sum, { task }) => sum + task.rows.length, 0);
        let before = 0;
        let isKept = true;
        const scoreTask = async (at: number): Promise<void> => {
          const each = opened[at];
          const subject = models[at];
          if (!each || !subject) throw new RangeError(`there is no task ${at}`);
          const { key, task } = each;
          const scoreKey = scores && keyOf(subject, each);
          const known = scoreKey ? await scores.get(scoreKey, task.rows.length) : null;
          const options = {
            signal,
            lossBatchSize: config.batchSize,
            onProgress: (name: string, scored: number, total: number) => {
              if (what === undefined) listener.progress(`Scoring ${name}`, scored, total);
              else if (scored < total) listener.progress(what, before + scored, pictureCount);
            },
            onUnreadable: (name: string, image: string, reason: string) => {
              if (config.onUnreadable === 'error') throw unreadable(name, image, reason);
              if (told.has(`${name}/${image}`)) return;
              told.add(`${name}/${image}`);
              listener.note(`${name}: ${image} is passed over. ${reason}`);
            },
          };
          if (known) evaluated.push(evaluatedBefore(scoredTask(task), known, options));
          else {
            isKept = false;
            const head = await headOf(engine.text, clipKey, clip.model, task);
            const patches = await pictures([key, clipKey], async () =>
              createPatchSource(task.rows, clip.processor, like.vision, budget, helpers),
            );
            const model = await placing.place(at);
            const scored = await evaluateTask(model, evaluatedTask(task, head, patches), options);
            evaluated.push(scored);
            // Asked for again: a picture may have turned out to lie elsewhere.
            const putKey = scores && keyOf(subject, each);
            if (putKey) await scores.put(putKey, scored.tally);
          }
          before += task.rows.length;
          // Of what was all scored by an earlier command there is nothing to tell.
          if (what !== undefined && !isKept) listener.progress(what, before, pictureCount);
        };
        try {
          for (const at of opened.keys()) await scoreTask(at);
        } finally {
          await placing.release();
        }
        return {
          results: evaluated.map(({ result }) => result),
          tasks: evaluated,
          engine: engine.name,
        };
      };
      const inputs = createExpertInputs({
        pictures: (experts) => picturesByName(opened, experts),
        onUnreadable(expert, picture, { reason }) {
          if (config.onUnreadable === 'error') throw unreadable(expert, picture, reason);
        },
        vision: like.vision,
        processor: clip.processor,
        async engine() {
          const { vision, class: kind } = await engineOf(engineName, clip, like);
          return { vision, batch: batchSize(like.vision, kind) };
        },
      });
      return {
        inputs,
        tasks: opened.map(({ task }) => task),
        evaluate: (weights, what) => {
          const model = { key: null, place: async () => weights };
          return evaluateEach(() => model, what);
        },
        evaluateKept: evaluateEach,
      };
    },
    async dispose() {
      await scorers.dispose();
    },
  };
}

/** A task is an expert's where its name is, or ends the expert's, as in scoring. */
function picturesByName(
  opened: readonly { readonly task: OpenedTask }[],
  experts: readonly Expert[],
): (readonly PictureFile[])[] {
  const names = experts.map(({ model }) => model.name);
  const own = names.map(
    (_, place) => opened.find(({ task }) => namedPlace(task.name, names) === place)?.task,
  );
  const without = names.filter((_, place) => !own[place]);
  if (without.length > 0) {
    throw new ConfigError(
      `taskpool.test_datasets: pictures of the tasks of ${without.join(', ')} are needed, and no task has such a name. Add ${without.length === 1 ? 'it' : 'them'}, or rename the models after their tasks.`,
    );
  }
  return own.map((task) => task?.rows ?? []);
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

function scoredTask({ name, classnames, rows, available }: OpenedTask): ScoredBefore {
  return {
    name,
    classnames,
    imageNames: rows.map((row) => row.name),
    labels: rows.map((row) => row.label),
    ...(available > rows.length ? { available } : {}),
  };
}

function evaluatedTask(task: OpenedTask, head: ZeroShotHead, patches: PatchSource): EvaluatedTask {
  // In the order of the data: pictures in Parquet files are read group by group.
  return { ...scoredTask(task), patches, head, order: [...task.rows.keys()] };
}
