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
import type { ComparedModel, PairName, PictureGuess } from './types';

/**
 * What the scores of two merges that are compared are looked up by, of the task that is asked about and others; null for the
 * merged model, as it is shown where nothing is compared.
 */
export type PairColumns = Readonly<Record<PairName, readonly Unit[] | null>>;

/** A task's scores by the models that are compared. */
export interface ComparedScores {
  readonly task: Unit['task'];
  /** The pictures that are looked at: those to report on, where the task is split. */
  readonly rows: readonly number[];
  /** At the present scaling factor; undefined where nothing is scored. */
  readonly tallies: Readonly<Record<ComparedModel | PairName, Tally | undefined>>;
  readonly isPair: boolean;
  guess(model: ComparedModel | PairName, row: number): PictureGuess | null;
}

/** Null where the task is not in demand. */
export function comparedScores(
  book: ScoreBook,
  { inputs, scalingFactor }: Pick<Demand, 'inputs' | 'scalingFactor'>,
  engine: EngineKind,
  taskId: string,
  pair: PairColumns | null = null,
): ComparedScores | null {
  const task = inputs.tasks.find(({ id }) => id === taskId);
  if (!task) return null;
  const tallyOf = (units: readonly Unit[]) => {
    const unit = units.find((one) => one.task.id === taskId);
    return unit && book.find(unit);
  };
  const mergedAt = (value: number) => tallyOf(mergedColumn(inputs, engine, value));
  const merging = inputs.experts.length > 0;
  const merged = merging ? mergedAt(scalingFactor) : undefined;
  const sideOf = (column: readonly Unit[] | null | undefined) =>
    column ? tallyOf(column) : merged;
  const tallies = {
    pretrained: tallyOf(pretrainedColumn(inputs, engine)),
    merged,
    expert: tallyOf(expertColumns(inputs, engine).flat()),
    a: sideOf(pair?.a),
    b: sideOf(pair?.b),
  };
  const others = merging ? nearby(book.visited(engine, inputs), scalingFactor, mergedAt) : [];
  const isMerged = (model: ComparedModel | PairName) =>
    model === 'merged' || ((model === 'a' || model === 'b') && pair?.[model] === null);
  const guess = (model: ComparedModel | PairName, row: number): PictureGuess | null => {
    const made = guessOf(tallies[model], row, task.labels[row]);
    if (made || !isMerged(model)) return made;
    for (const { value, tally } of others) {
      const nearest = guessOf(tally, row, task.labels[row]);
      if (nearest) return { ...nearest, at: value };
    }
    return null;
  };
  const rows = reportedRows(task) ?? [...task.labels.keys()];
  return { task, rows, tallies, isPair: pair !== null, guess };
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
