/** What is known of a pin's accuracy. Pure. */
import type { Tally } from '../../taskpool/tally';
import type { HalfScore } from '../api';
import { averageScore, halfScore } from '../scoring/board';
import type { ScoreBook } from '../scoring/book';
import { reportedRows } from '../scoring/order';
import type { Unit } from '../scoring/plan';
import type { TaskInput } from '../scoring/readiness';
import type { PinView } from './types';

export function pinScores(
  book: ScoreBook,
  column: readonly Unit[],
): Pick<PinView, 'tasks' | 'average'> {
  const tasks: Record<string, HalfScore> = {};
  let complete = true;
  for (const unit of column) {
    const tally = book.find(unit);
    complete &&= tally?.complete === true;
    const score = tally && scoreOf(unit.task, tally);
    if (score) tasks[unit.task.id] = score;
  }
  return { tasks, average: averageScore(Object.values(tasks), complete) };
}

interface Counted {
  readonly task: TaskInput;
  readonly next: number;
  readonly score: HalfScore | null;
}

/** Most pins stand still while snapshots come many times a second: what a tally came to is kept until it grows. */
const counted = new WeakMap<Tally, Counted>();

function scoreOf(task: TaskInput, tally: Tally): HalfScore | null {
  const known = counted.get(tally);
  if (known?.task === task && known.next === tally.next) return known.score;
  const score = halfScore(task, tally, reportedRows(task));
  counted.set(tally, { task, next: tally.next, score });
  return score;
}
