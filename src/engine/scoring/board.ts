/** From tallies to the numbers on the page: columns, averages, intervals, the curve. Pure. */
import { averageInterval } from '../../taskpool/statistics/average-interval';
import { wilsonInterval } from '../../taskpool/statistics/wilson-interval';
import type { Tally } from '../../taskpool/tally';
import type { AverageScore, CurvePoint, ScoreColumn, TaskScore } from '../api';
import type { ScoreBook } from './book';
import type { ScoringInputs, WeightsId } from './inputs';
import type { Unit } from './plan';

/** A column over the given units; tasks that have not begun are left out. */
export function scoreColumn(
  book: ScoreBook,
  inputs: ScoringInputs,
  units: readonly Unit[],
): ScoreColumn {
  const tasks: Record<string, TaskScore> = {};
  let complete = units.length > 0;
  for (const unit of units) {
    const tally = book.find(inputs, unit);
    complete &&= tally?.complete === true;
    if (tally && tally.scored > 0) tasks[unit.task.id] = taskScore(unit.task.id, tally);
  }
  return { tasks, average: averageScore(Object.values(tasks), complete) };
}

/** Points of the curve: every visited value whose tasks are all complete. */
export function curve(book: ScoreBook, inputs: ScoringInputs): CurvePoint[] {
  return book.visited(inputs).flatMap((scalingFactor) => {
    const weights: WeightsId = { kind: 'merged', scalingFactor };
    const units = inputs.tasks.map((task) => ({ weights, task }));
    const { tasks, average } = scoreColumn(book, inputs, units);
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
    // While a part is scored the interval is about the rest; afterwards about pictures like these.
    interval: wilsonInterval(correct, scored, scored < total ? total : undefined),
    loss: tally.loss(),
    sampleLoss: tally.sampleLoss,
    perClass: tally.perClass.map((counts) => ({ ...counts })),
  };
}

function averageScore(scores: readonly TaskScore[], complete: boolean): AverageScore | null {
  if (scores.length === 0) return null;
  return {
    accuracy: scores.reduce((sum, { accuracy }) => sum + accuracy, 0) / scores.length,
    interval: averageInterval(scores),
    tasks: scores.length,
    complete,
  };
}
