/** Two merges on the pictures that both have been scored on. Pure. */
import { discordanceOf, verdict } from '../../program/search/halves';
import { type PairCounts, pairedDifference } from '../../taskpool/statistics/paired';
import type { ScoreBook } from '../scoring/book';
import { reportedRows } from '../scoring/order';
import { hasAll, type Unit } from '../scoring/plan';
import type { PairComparison, PairDifference } from './types';

interface Compared {
  readonly counts: PairCounts;
  readonly complete: boolean;
}

export function comparePair(
  book: ScoreBook,
  a: readonly Unit[],
  b: readonly Unit[],
): PairComparison {
  const compared = a.flatMap((unit) => {
    const other = b.find(({ task }) => task.id === unit.task.id);
    const found = other && compareTask(book, unit, other);
    return found ? [[unit.task.id, found] as const] : [];
  });
  return {
    tasks: Object.fromEntries(compared.map(([id, found]) => [id, differenceOver([found])])),
    average: compared.length > 0 ? differenceOver(compared.map(([, found]) => found)) : null,
  };
}

function compareTask(book: ScoreBook, a: Unit, b: Unit): Compared | null {
  const { task } = b;
  const [one, other] = [book.find(a), book.find(b)];
  if (!one || !other) return null;
  const rows = reportedRows(task);
  const counts = discordanceOf(
    { labels: task.labels, tally: one, ...(rows && { rows }) },
    { labels: task.labels, tally: other, ...(rows && { rows }) },
  );
  if (counts.pictures === 0) return null;
  const all = rows ?? [...task.labels.keys()];
  return { counts, complete: hasAll(one, all) && hasAll(other, all) };
}

function differenceOver(tasks: readonly Compared[]): PairDifference {
  const sum = (read: (counts: PairCounts) => number) =>
    tasks.reduce((total, { counts }) => total + read(counts), 0);
  const mean = (right: (counts: PairCounts) => number) =>
    sum((counts) => right(counts) / counts.pictures) / tasks.length;
  const paired = pairedDifference(tasks.map(({ counts }) => counts));
  return {
    pictures: sum(({ pictures }) => pictures),
    onlyA: sum(({ firstOnly }) => firstOnly),
    onlyB: sum(({ secondOnly }) => secondOnly),
    differing: sum(({ differing }) => differing),
    a: mean(({ bothRight, firstOnly }) => bothRight + firstOnly),
    b: mean(({ bothRight, secondOnly }) => bothRight + secondOnly),
    ...paired,
    verdict: verdict(paired, 'A'),
    complete: tasks.every(({ complete }) => complete),
  };
}
