/** Confusion matrices as the page orders and tells them. Pure. */
import type { ModelInsight, TaskView } from '../../state/types';
import { formatCount } from '../format';
import { className } from './words';

type Cell = ModelInsight['confusion'][number];

/** More classes than this make a matrix that nobody can read: they are listed. */
export const MATRIX_CLASSES = 26;

/** So many mistakes are told in words. */
const TOLD = 3;

export interface Mistake extends Cell {
  /** Of the pictures of its class that are scored. */
  readonly share: number;
}

/** What is taken for something else: most pictures first, or the largest share of its class first. */
export function mistakesOf(confusion: readonly Cell[], by: 'images' | 'share'): Mistake[] {
  const ofClass = classTotals(confusion);
  return confusion
    .filter(({ label, prediction }) => label !== prediction)
    .map((cell) => ({ ...cell, share: cell.images / (ofClass.get(cell.label) ?? 1) }))
    .sort((a, b) => b[by] - a[by] || b.images - a.images);
}

/** Pictures of each class that are scored. */
export function classTotals(confusion: readonly Cell[]): Map<number, number> {
  const totals = new Map<number, number>();
  for (const { label, images } of confusion) totals.set(label, (totals.get(label) ?? 0) + images);
  return totals;
}

/** The classes in their own order, or those that are most often taken for others first. */
export function classOrder(
  classes: number,
  confusion: readonly Cell[],
  by: 'class' | 'mistakes',
): number[] {
  const order = Array.from({ length: classes }, (_, label) => label);
  if (by === 'class') return order;
  const wrong = new Map<number, number>();
  for (const { label, prediction, images } of confusion) {
    if (label !== prediction) wrong.set(label, (wrong.get(label) ?? 0) + images);
  }
  return order.sort((a, b) => (wrong.get(b) ?? 0) - (wrong.get(a) ?? 0) || a - b);
}

/** `7 of 20 “ring” are taken for “circle”`: the largest mistakes, in words. */
export function mistakeTexts(
  task: Pick<TaskView, 'classnames'>,
  confusion: readonly Cell[],
): string[] {
  const totals = classTotals(confusion);
  return mistakesOf(confusion, 'images')
    .slice(0, TOLD)
    .map(({ label, prediction, images }) => {
      const of = `${formatCount(images)} of ${formatCount(totals.get(label) ?? images)}`;
      const verb = images === 1 ? 'is' : 'are';
      return `${of} “${className(task, label)}” ${verb} taken for “${className(task, prediction)}”`;
    });
}
