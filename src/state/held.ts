/**
 * What is shown of the merged model: the figures of the factor on screen and, until their first are in, those that stood
 * before, so that nothing that was known disappears while it is computed again.
 */
import type { ScoreColumn, StudioState } from './types';

export interface ShownMerged {
  readonly column: ScoreColumn;
  /** Ids of the tasks whose figures are the ones that stood before. */
  readonly heldTasks: readonly string[];
  readonly averageHeld: boolean;
}

export const NOTHING_SHOWN: ShownMerged = {
  column: { tasks: {}, average: null },
  heldTasks: [],
  averageHeld: false,
};

/** Phases in which more figures are to come, or in which they would have, had nothing come between. */
const UNDER_WAY = new Set(['preparing', 'scoring', 'stopped']);

/**
 * A task's figure is held until its first batch is in; the average until it is one over as many tasks, for a mean of
 * fewer tasks is another thing. Nothing is held of a task that is gone, or where nothing is merged or scored.
 */
export function shownMerged(previous: ShownMerged, snapshot: StudioState): ShownMerged {
  const { scores, tasks, pool } = snapshot;
  const { merged } = scores;
  if (!UNDER_WAY.has(scores.phase) || !pool.mergeable) return fresh(merged);
  const ids = tasks.filter(({ included }) => included).map(({ id }) => id);
  const heldTasks = ids.filter((id) => !merged.tasks[id] && previous.column.tasks[id]);
  const before = previous.column.average;
  const known = ids.filter((id) => previous.column.tasks[id]).length;
  const averageHeld = before !== null && known > 0 && (merged.average?.tasks ?? 0) < known;
  if (heldTasks.length === 0 && !averageHeld) return fresh(merged);
  const held = heldTasks.map((id) => [id, previous.column.tasks[id]] as const);
  return {
    column: {
      tasks: { ...merged.tasks, ...Object.fromEntries(held.filter(isKnown)) },
      average: averageHeld ? before : merged.average,
    },
    heldTasks,
    averageHeld,
  };
}

function fresh(column: ScoreColumn): ShownMerged {
  return { column, heldTasks: [], averageHeld: false };
}

function isKnown<T>(entry: readonly [string, T | undefined]): entry is readonly [string, T] {
  return entry[1] !== undefined;
}
