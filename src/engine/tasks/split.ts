/** A task's pictures in two: those to choose by and those to report on. Once per labels and share. Pure. */
import { ConfigError } from '../../errors';
import type { SplitArguments } from '../../program/report';
import { type EvenSplit, evenSplit } from '../../taskpool/datasets/even-split';
import type { Task } from '../value';
import type { SplitShare, TaskSplitView } from './split-share';

export interface TaskSplit extends EvenSplit {
  readonly share: SplitShare;
}

const known = new WeakMap<readonly number[], Map<SplitShare, TaskSplit | null>>();

/** Null where the task is not split, or has too few pictures to be. */
export function taskSplit({
  labels,
  split: share,
}: Pick<Task, 'labels' | 'split'>): TaskSplit | null {
  if (share === undefined) return null;
  const ofLabels = known.get(labels) ?? new Map<SplitShare, TaskSplit | null>();
  known.set(labels, ofLabels);
  let split = ofLabels.get(share);
  if (split === undefined) {
    split = madeSplit(labels, share);
    ofLabels.set(share, split);
  }
  return split;
}

function madeSplit(labels: readonly number[], share: SplitShare): TaskSplit | null {
  try {
    const split = evenSplit(labels, share);
    return split.choosing.length > 0 ? { ...split, share } : null;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return null;
  }
}

/** As FusionBench's function takes it; it returns the pictures to report on. */
export function splitArguments({
  share,
  seed,
}: Pick<TaskSplitView, 'share' | 'seed'>): SplitArguments {
  return {
    validation_fraction: share,
    validation_size: null,
    random_seed: seed,
    return_split: 'train',
  };
}

export function splitView(task: Task): TaskSplitView | null {
  const split = taskSplit(task);
  if (!split) return null;
  const { share, seed, choosing, reporting } = split;
  return { share, seed, choosing: choosing.length, reporting: reporting.length };
}
