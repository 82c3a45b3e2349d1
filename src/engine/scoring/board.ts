/**
 * From tallies to the numbers on the page: columns, averages, intervals, the curve. An interval is always that of pictures
 * like these, whether a part of them is scored or all. Pure.
 */
import { averageInterval } from '../../taskpool/statistics/average-interval';
import { wilsonInterval } from '../../taskpool/statistics/wilson-interval';
import type { Tally } from '../../taskpool/tally';
import type { AverageScore, CurvePoint, ScoreBoard, ScoreColumn, TaskScore } from '../api';
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
      mergedColumn(inputs, engine, value).every((unit) => isThere(book.find(unit), pictures)),
    ).length;
  const done = sweptTo(sweepPictures);
  return {
    pretrained: scoreColumn(book, pretrainedUnits),
    merged: scoreColumn(book, mergedUnits),
    expert: scoreColumn(book, expertColumns(inputs, engine).flat()),
    change: scoreChanges(book, pretrainedUnits, mergedUnits),
    curve: points,
    open: moves ? openPoints(book, inputs, engine, scalingFactor) : [],
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
    if (tally && tally.scored > 0) tasks[unit.task.id] = taskScore(unit.task.id, tally);
  }
  return { tasks, average: averageScore(Object.values(tasks), complete) };
}

/** Points of the curve: every visited value whose tasks are all complete. */
function curve(book: ScoreBook, inputs: ScoringInputs, engine: EngineKind): CurvePoint[] {
  return book.visited(engine, inputs.key).flatMap((scalingFactor) => {
    const { tasks, average } = scoreColumn(book, mergedColumn(inputs, engine, scalingFactor));
    if (!average?.complete) return [];
    const accuracies = Object.fromEntries(
      Object.entries(tasks).map(([id, { accuracy }]) => [id, accuracy]),
    );
    return [{ scalingFactor, average, tasks: accuracies }];
  });
}

function taskScore(taskId: string, tally: Tally): TaskScore {
  const { scored, correct, total } = tally;
  return {
    taskId,
    scored,
    total,
    correct,
    accuracy: correct / scored,
    interval: wilsonInterval(correct, scored),
    loss: tally.loss(),
    sampleLoss: tally.sampleLoss,
    perClass: tally.perClass.map((counts) => ({ ...counts })),
  };
}

function averageScore(scores: readonly TaskScore[], complete: boolean): AverageScore | null {
  if (scores.length === 0) return null;
  return {
    accuracy: scores.reduce((sum, { accuracy }) => sum + accuracy, 0) / scores.length,
    interval: averageInterval(
      scores.map(({ correct, scored }) => ({ correct, scored, total: scored })),
    ),
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
