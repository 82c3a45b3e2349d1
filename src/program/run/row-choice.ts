/** Which of a task's pictures a run opens: all, a sample, or one half for choosing and the other for reporting. */
import { findMethod } from '../../method/registry';
import type { ProgramConfig, TaskConfig, TaskPoolConfig } from '../config/program/types';

/** Which of a task's pictures are scored. */
export interface RowChoice {
  /** A sample drawn class by class; null for all. */
  readonly sampleSize: number | null;
  readonly sampleSeed: number;
  /** So many from the front; null for all. */
  readonly first: number | null;
  /** The half that is wanted, where one half is to choose by and the other to report on. */
  readonly half?: Half;
}

export interface Half {
  readonly wanted: 'choosing' | 'reporting';
  /** Share to choose by of a task that is not split by its configuration. */
  readonly split: number | null;
}

/** A task pool as a run opens it. */
export interface Opening {
  readonly pool: TaskPoolConfig;
  readonly half?: Half;
}

/** What a run opens its task pool for. */
export interface Openings {
  /** What the scores that are told are counted on. */
  readonly reported: Opening;
  /** What a search or a comparison chooses by. */
  readonly choosing?: Opening;
  /** What a method looks at, where that is none of the others. */
  readonly looked?: Opening;
}

/** What a task is opened for, with all the rows that a run reads of it. */
export interface RowNeeds {
  readonly task: TaskConfig;
  readonly choices: readonly RowChoice[];
}

type Choosing = Pick<ProgramConfig, 'search' | 'compare'>;

/** @param looks - whether the method looks at pictures */
export function openings(
  pool: TaskPoolConfig,
  { search, compare }: Choosing,
  looks: boolean,
): Openings {
  const halved = search ?? compare;
  if (halved) {
    const { split, sampleSize } = halved;
    return {
      reported: { pool, half: { wanted: 'reporting', split } },
      choosing: { pool: { ...pool, sampleSize }, half: { wanted: 'choosing', split } },
    };
  }
  // Of a split one part is reported on, and the other is there to be looked at.
  const isSplit = pool.tasks.some(({ dataset }) => dataset.validation);
  return {
    reported: { pool },
    ...(looks && isSplit && { looked: { pool, half: { wanted: 'choosing', split: null } } }),
  };
}

/** @param fastDevRun - one batch of each task alone */
export function rowChoice({ pool, half }: Opening, fastDevRun: boolean): RowChoice {
  const { sampleSize, sampleSeed, batchSize } = pool;
  return {
    sampleSize,
    sampleSeed,
    first: fastDevRun ? batchSize : null,
    ...(half && { half }),
  };
}

/** Whether a run scores one batch of each task alone. */
export function isFastDevRun({ program }: ProgramConfig, pool: TaskPoolConfig): boolean {
  return program.fast_dev_run || pool.fastDevRun;
}

/** By the names of the tasks all that a run reads of them. */
export function rowNeeds(config: ProgramConfig): Map<string, RowNeeds> {
  const { taskpool: pool, method } = config;
  if (pool?.target !== 'CLIPVisionModelTaskPool') return new Map();
  const looks = findMethod(method.target)?.needsPictures ?? false;
  const opened: readonly Opening[] = Object.values(openings(pool, config, looks));
  const choices = opened.map((opening) => rowChoice(opening, isFastDevRun(config, pool)));
  return new Map(pool.tasks.map((task) => [task.name, { task, choices }]));
}
