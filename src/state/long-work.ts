/** Work that takes long enough to be forgotten: when it ends, somebody is to be told. Pure. */
import type { StudioState } from './types';

/** Whoever waits longer does something else meanwhile. */
export const LONG_MS = 60_000;

/** Ids of jobs that commands of this page run: those tell their end themselves, for they know whether it is a good one. */
export const PAGE_JOB = 'page-';

export interface Work {
  readonly id: string;
  readonly label: string;
  /** Milliseconds. */
  readonly since: number;
}

const SCORING = 'scoring';
const UNDER_WAY = new Set(['preparing', 'scoring']);

/** What is under way now, and what of the work before has come to its end after a long time. */
export function followWork(
  before: readonly Work[],
  snapshot: StudioState,
  now: number,
): { readonly works: readonly Work[]; readonly ended: readonly Work[] } {
  const known = new Map(before.map((work) => [work.id, work]));
  const works = worksOf(snapshot).map(({ id, label }) => {
    const since = known.get(id)?.since ?? now;
    return { id, label, since };
  });
  const left = new Set(works.map(({ id }) => id));
  const ended = before.filter(
    ({ id, since }) =>
      !left.has(id) &&
      now - since >= LONG_MS &&
      (id !== SCORING || snapshot.scores.phase === 'complete'),
  );
  return { works, ended };
}

function worksOf({ jobs, scores, pool }: StudioState): Omit<Work, 'since'>[] {
  const others = jobs.filter(({ id }) => !id.startsWith(PAGE_JOB));
  const scoring = UNDER_WAY.has(scores.phase) && pool.models.length > 0;
  const label = scores.sweep ? `The sweep over ${scores.sweep.of} values` : 'The scoring';
  return [...others, ...(scoring ? [{ id: SCORING, label }] : [])];
}

/** `2 minutes`, `1 hour 5 minutes`: how long something took, no finer than anybody asks. */
export function inMinutes(milliseconds: number): string {
  const minutes = Math.max(1, Math.round(milliseconds / 60_000));
  const many = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`;
  const hours = Math.floor(minutes / 60);
  if (hours === 0) return many(minutes, 'minute');
  const rest = minutes % 60;
  return many(hours, 'hour') + (rest === 0 ? '' : ` ${many(rest, 'minute')}`);
}
