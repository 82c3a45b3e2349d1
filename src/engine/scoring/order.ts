/** In which order a task's pictures are scored, and which of them a search chooses by. Pure. */
import { stratifiedOrder } from '../../taskpool/statistics/stratified-order';
import { memo } from '../memo';
import type { TaskSplit } from '../tasks/split';
import type { TaskInput } from './readiness';

/** Those that are reported on first: the first figures are theirs. Every prefix of a part is as class-balanced as it can be. */
export function scoringOrder({
  labels,
  split,
}: Pick<TaskInput, 'labels' | 'split'>): readonly number[] {
  return split ? splitOrder(labels, split) : wholeOrder(labels);
}

/** The pictures to choose by: a sample, or all of them where there are no more. */
export function choosingRows(
  { labels, split }: Pick<TaskInput, 'labels' | 'split'>,
  sample = Number.POSITIVE_INFINITY,
): readonly number[] {
  return split ? stratified(labels, split.choosing).slice(0, sample) : [];
}

/** The pictures that are reported on, in FusionBench's order; null where that is all of them in theirs. */
export function reportedRows({ split }: Pick<TaskInput, 'split'>): readonly number[] | null {
  return split?.reporting ?? null;
}

const wholeOrder = memo((labels: readonly number[]) => stratifiedOrder(labels));

const splitOrder = memo((labels: readonly number[], { reporting, choosing }: TaskSplit) => [
  ...stratified(labels, reporting),
  ...stratified(labels, choosing),
]);

function stratified(labels: readonly number[], rows: readonly number[]): number[] {
  const order = stratifiedOrder(rows.map((row) => labels[row] ?? 0));
  return order.flatMap((place) => rows[place] ?? []);
}
