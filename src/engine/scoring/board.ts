/**
 * From tallies to the numbers on the page: columns, averages, intervals, the curve. An interval is always that of pictures
 * like these, whether a part of them is scored or all. Pure.
 */
import { averageInterval } from '../../taskpool/statistics/average-interval';
import { wilsonInterval } from '../../taskpool/statistics/wilson-interval';
import type { Tally } from '../../taskpool/tally';
import type {
  AverageScore,
  CurvePoint,
  HalfScore,
  ScoreBoard,
  ScoreColumn,
  TaskScore,
} from '../api';
import type { ScoreBook } from './book';
import { scoreChanges } from './changes';
import type { EngineKind } from './keys';
import { openPoints } from './open-points';
import {
  type Demand,
  expertColumns,
  isThere,
  mergedColumn,
  pretrainedColumn,
  SAMPLE,
  type Unit,
} from './plan';
import type { ScoringInputs } from './readiness';
import { countRows, type RowCount } from './row-count';
import { curveSample } from './sample';

/** Where scoring stands; `text` says what is being done, or what is missing, or what failed. */
export interface ScoringPhase {
  readonly phase: ScoreBoard['phase'];
  readonly text: string;
  /** Null while it cannot be told. */
  readonly secondsLeft: number | null;
}

const EMPTY: ScoreColumn = { tasks: {}, average: null };

/** The board of what is in demand, or of nothing. */
export function scoreBoard(
  book: ScoreBook,
  demand: Demand | null,
  engine: EngineKind,
  { phase, text, secondsLeft }: ScoringPhase,
): ScoreBoard {
  const failure = phase === 'failed' ? text : null;
  if (!demand) {
    return {
      pretrained: EMPTY,
      merged: EMPTY,
      expert: EMPTY,
      change: { tasks: {}, average: null },
      curve: [],
      open: [],
      sample: null,
      sweep: null,
      phase,
      status: text,
      secondsLeft: null,
      scored: 0,
      total: 0,
      failure,
    };
  }
  const { inputs, scalingFactor, sweep, sweepPictures = Number.POSITIVE_INFINITY } = demand;
  const merging = inputs.experts.length > 0;
  const mergedUnits = merging ? mergedColumn(inputs, engine, scalingFactor) : [];
  const pretrainedUnits = pretrainedColumn(inputs, engine);
  const shown = merging ? mergedUnits : pretrainedUnits;
  const scored = shown.reduce((sum, unit) => sum + (book.find(unit)?.scored ?? 0), 0);
  const total = shown.reduce(
    (sum, unit) => sum + (book.find(unit)?.total ?? unit.task.images.length),
    0,
  );
  const moves = inputs.method.method.kind === 'task vector';
  const points = moves ? curve(book, inputs, engine) : [];
  const sweptTo = (pictures: number) =>
    sweep.filter((value) =>
      mergedColumn(inputs, engine, value).every((unit) =>
        isThere(unit.task, book.find(unit), pictures),
      ),
    ).length;
  const done = sweptTo(sweepPictures);
  const scoreOf = (unit: Unit) => {
    const tally = book.find(unit);
    return tally ? taskScore(unit, tally) : null;
  };
  return {
    pretrained: scoreColumn(book, pretrainedUnits),
    merged: scoreColumn(book, mergedUnits),
    expert: scoreColumn(book, expertColumns(inputs, engine).flat()),
    change: scoreChanges(book, pretrainedUnits, mergedUnits),
    curve: points,
    open: moves ? openPoints(book, inputs, engine, scalingFactor, scoreOf) : [],
    sample: moves ? curveSample(book, inputs, engine, points.length) : null,
    sweep:
      done < sweep.length
        ? {
            sampled: sweptTo(Math.min(SAMPLE, sweepPictures)),
            done,
            of: sweep.length,
            pictures: Number.isFinite(sweepPictures) ? sweepPictures : null,
          }
        : null,
    phase,
    status: statusText(phase, text, scored, total),
    secondsLeft,
    scored,
    total,
    failure,
  };
}

/** A column over the given units; tasks that have not begun are left out. */
function scoreColumn(book: ScoreBook, units: readonly Unit[]): ScoreColumn {
  const tasks: Record<string, TaskScore> = {};
  let complete = true;
  for (const unit of units) {
    const tally = book.find(unit);
    complete &&= tally?.complete === true;
    const score = tally && taskScore(unit, tally);
    if (score) tasks[unit.task.id] = score;
  }
  const scores = Object.values(tasks);
  const choosing = averageOfChoosing(units, scores, complete);
  return { tasks, average: averageScore(scores, complete), ...(choosing && { choosing }) };
}

/** Null unless every task is split, and has something scored there. */
function averageOfChoosing(
  units: readonly Unit[],
  scores: readonly TaskScore[],
  complete: boolean,
): AverageScore | null {
  const halves = scores.flatMap(({ choosing }) => choosing ?? []);
  return halves.length === units.length ? averageScore(halves, complete) : null;
}

/** Points of the curve: every visited value whose tasks are all complete. */
function curve(book: ScoreBook, inputs: ScoringInputs, engine: EngineKind): CurvePoint[] {
  return book.visited(engine, inputs).flatMap((scalingFactor) => {
    const { tasks, average, choosing } = scoreColumn(
      book,
      mergedColumn(inputs, engine, scalingFactor),
    );
    if (!average?.complete) return [];
    const accuracies = Object.fromEntries(
      Object.entries(tasks).map(([id, { accuracy }]) => [id, accuracy]),
    );
    return [{ scalingFactor, average, tasks: accuracies, ...(choosing && { choosing }) }];
  });
}

/** Of the pictures that are reported on; null while none of them is scored. */
function taskScore({ task }: Unit, tally: Tally): TaskScore | null {
  const { id: taskId, split } = task;
  const choosing = split && halfScore(task, tally, split.choosing);
  const { scored, correct, total, perClass, loss, sampleLoss } = split
    ? countRows(tally, task, split.reporting)
    : figuresOf(tally);
  if (scored === 0) return null;
  return {
    taskId,
    scored,
    total,
    correct,
    accuracy: correct / scored,
    interval: wilsonInterval(correct, scored),
    loss,
    sampleLoss,
    perClass,
    ...(choosing && { choosing }),
  };
}

function figuresOf(tally: Tally): RowCount {
  const { scored, correct, total, sampleLoss } = tally;
  const perClass = tally.perClass.map((counts) => ({ ...counts }));
  return { scored, correct, total, perClass, loss: tally.loss(), sampleLoss };
}

/** A model on a part of a task's pictures, or on all of them where the rows are null; null while none of them is scored. */
export function halfScore(
  task: Unit['task'],
  tally: Tally,
  rows: readonly number[] | null,
): HalfScore | null {
  const { scored, correct, total } = rows ? countRows(tally, task, rows) : tally;
  if (scored === 0) return null;
  return {
    scored,
    correct,
    total,
    accuracy: correct / scored,
    interval: wilsonInterval(correct, scored),
  };
}

/** Unweighted mean over tasks; null where there is none. */
export function averageScore(scores: readonly HalfScore[], complete: boolean): AverageScore | null {
  if (scores.length === 0) return null;
  return {
    accuracy: scores.reduce((sum, { accuracy }) => sum + accuracy, 0) / scores.length,
    interval: averageInterval(scores),
    tasks: scores.length,
    complete,
  };
}

function statusText(
  phase: ScoreBoard['phase'],
  text: string,
  scored: number,
  total: number,
): string {
  switch (phase) {
    case 'complete':
      return `Scored ${scored} of ${total} images`;
    case 'stopped':
      return `Stopped after ${scored} of ${total} images. Move the slider to go on.`;
    default:
      return text;
  }
}
