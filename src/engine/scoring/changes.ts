/**
 * What merging changes: the merged model against the pretrained one, on the pictures that both have been scored on. The
 * two columns themselves may be of different parts of an image set while they are scored. Pure.
 */
import type { ScoreChange, ScoreChanges } from '../api';
import type { ScoreBook } from './book';
import { reportedRows } from './order';
import type { Unit } from './plan';

/** Both columns have the same tasks in the same order; there is no merged one while there is nothing to merge. */
export function scoreChanges(
  book: ScoreBook,
  pretrained: readonly Unit[],
  merged: readonly Unit[],
): ScoreChanges {
  const tasks: Record<string, ScoreChange> = {};
  let begun = 0;
  for (const [i, unit] of merged.entries()) {
    const before = pretrained[i];
    const change = before && taskChange(book, before, unit);
    if (change) tasks[unit.task.id] = change;
    if ((book.find(unit)?.scored ?? 0) > 0) begun++;
  }
  const changes = Object.values(tasks);
  if (changes.length === 0 || changes.length < begun) return { tasks, average: null };
  const sum = (read: (change: ScoreChange) => number) =>
    changes.reduce((total, change) => total + read(change), 0);
  const average = {
    accuracy: sum(({ accuracy }) => accuracy) / changes.length,
    pictures: sum(({ pictures }) => pictures),
    complete: [...pretrained, ...merged].every((unit) => book.find(unit)?.complete),
  };
  return { tasks, average };
}

function taskChange(book: ScoreBook, before: Unit, after: Unit): ScoreChange | null {
  const [pretrained, merged] = [book.find(before), book.find(after)];
  if (!pretrained || !merged) return null;
  let pictures = 0;
  let gained = 0;
  const { labels } = after.task;
  const rows = reportedRows(after.task) ?? labels.keys();
  for (const i of rows) {
    const label = labels[i];
    const was = pretrained.predictions[i] ?? -1;
    const is = merged.predictions[i] ?? -1;
    if (was < 0 || is < 0) continue;
    pictures++;
    gained += Number(is === label) - Number(was === label);
  }
  if (pictures === 0) return null;
  const complete = pretrained.complete && merged.complete;
  return { accuracy: gained / pictures, pictures, complete };
}
