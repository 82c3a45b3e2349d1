/**
 * What is shown of the merged model: the figures of the factor on screen and, until their first are in, those that stood
 * before, so that nothing that was known disappears while it is computed again.
 */
import type { ScoreChanges, ScoreColumn, StudioState } from './types';

export interface ShownMerged {
  readonly column: ScoreColumn;
  /** Against the pretrained model: those of the figures in the column. */
  readonly change: ScoreChanges;
  /** Ids of the tasks whose figures are the ones that stood before. */
  readonly heldTasks: readonly string[];
  readonly averageHeld: boolean;
}

export const NOTHING_SHOWN: ShownMerged = {
  column: { tasks: {}, average: null },
  change: { tasks: {}, average: null },
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
  const { merged, change } = scores;
  if (!UNDER_WAY.has(scores.phase) || !pool.mergeable) return fresh(merged, change);
  const ids = tasks.filter(({ included }) => included).map(({ id }) => id);
  const heldTasks = ids.filter((id) => !merged.tasks[id] && previous.column.tasks[id]);
  const before = previous.column.average;
  const known = ids.filter((id) => previous.column.tasks[id]).length;
  const averageHeld = before !== null && known > 0 && (merged.average?.tasks ?? 0) < known;
  if (heldTasks.length === 0 && !averageHeld) return fresh(merged, change);
  return {
    column: {
      tasks: { ...merged.tasks, ...those(heldTasks, previous.column.tasks) },
      average: averageHeld ? before : merged.average,
      ...choosing(merged, previous.column),
    },
    change: {
      tasks: { ...change.tasks, ...those(heldTasks, previous.change.tasks) },
      average: averageHeld ? previous.change.average : change.average,
    },
    heldTasks,
    averageHeld,
  };
}

/** Those to choose by come after those to report on. */
function choosing(newest: ScoreColumn, before: ScoreColumn): Pick<ScoreColumn, 'choosing'> {
  const known = newest.choosing ?? before.choosing;
  return known ? { choosing: known } : {};
}

function fresh(column: ScoreColumn, change: ScoreChanges): ShownMerged {
  return { column, change, heldTasks: [], averageHeld: false };
}

/** What is known of these tasks. */
function those<T>(
  ids: readonly string[],
  known: Readonly<Record<string, T>>,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(known).filter(([id]) => ids.includes(id)));
}
