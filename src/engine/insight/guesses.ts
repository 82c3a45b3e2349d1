/** What each model made of each picture of a task, from the book of scores. Pure. */
import type { Tally } from '../../taskpool/tally';
import type { ScoreBook } from '../scoring/book';
import type { EngineKind } from '../scoring/keys';
import { reportedRows } from '../scoring/order';
import {
  type Demand,
  expertColumns,
  mergedColumn,
  pretrainedColumn,
  type Unit,
} from '../scoring/plan';
import type { ComparedModel, PictureGuess } from './types';

/** A task's scores by the models that are compared. */
export interface ComparedScores {
  readonly task: Unit['task'];
  /** The pictures that are looked at: those to report on, where the task is split. */
  readonly rows: readonly number[];
  /** At the present scaling factor; undefined where nothing is scored. */
  readonly tallies: Readonly<Record<ComparedModel, Tally | undefined>>;
  guess(model: ComparedModel, row: number): PictureGuess | null;
}

/** Null where the task is not in demand. */
export function comparedScores(
  book: ScoreBook,
  { inputs, scalingFactor }: Pick<Demand, 'inputs' | 'scalingFactor'>,
  engine: EngineKind,
  taskId: string,
): ComparedScores | null {
  const task = inputs.tasks.find(({ id }) => id === taskId);
  if (!task) return null;
  const tallyOf = (units: readonly Unit[]) => {
    const unit = units.find((one) => one.task.id === taskId);
    return unit && book.find(unit);
  };
  const mergedAt = (value: number) => tallyOf(mergedColumn(inputs, engine, value));
  const merging = inputs.experts.length > 0;
  const tallies = {
    pretrained: tallyOf(pretrainedColumn(inputs, engine)),
    merged: merging ? mergedAt(scalingFactor) : undefined,
    expert: tallyOf(expertColumns(inputs, engine).flat()),
  };
  const others = merging ? nearby(book.visited(engine, inputs), scalingFactor, mergedAt) : [];
  const guess = (model: ComparedModel, row: number): PictureGuess | null => {
    const made = guessOf(tallies[model], row, task.labels[row]);
    if (made || model !== 'merged') return made;
    for (const { value, tally } of others) {
      const nearest = guessOf(tally, row, task.labels[row]);
      if (nearest) return { ...nearest, at: value };
    }
    return null;
  };
  return { task, rows: reportedRows(task) ?? [...task.labels.keys()], tallies, guess };
}

function guessOf(
  tally: Tally | undefined,
  row: number,
  label: number | undefined,
): PictureGuess | null {
  const top = tally?.top(row) ?? [];
  return top.length > 0 ? { top, right: top[0]?.label === label } : null;
}

/** Tallies at other scaling factors that were visited, nearest first; of two that are as near, the lower one's first. */
function nearby(
  visited: readonly number[],
  present: number,
  tallyAt: (value: number) => Tally | undefined,
): { readonly value: number; readonly tally: Tally }[] {
  return visited
    .filter((value) => value !== present)
    .toSorted((a, b) => Math.abs(a - present) - Math.abs(b - present))
    .flatMap((value) => {
      const tally = tallyAt(value);
      return tally ? [{ value, tally }] : [];
    });
}
