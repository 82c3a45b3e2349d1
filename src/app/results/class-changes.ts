/** Classes in the order of what the merge has changed most. Pure. */
import type { TaskScore } from '../../state/types';

export interface ClassRow {
  readonly label: number;
  /** Merged less pretrained share of right answers, -1..1; null while one of them has none. */
  readonly change: number | null;
}

/** The largest change first, whether gain or loss; of equals, and of those that are not known, in label order. */
export function classRows(
  classes: number,
  pretrained: TaskScore | undefined,
  merged: TaskScore | undefined,
): ClassRow[] {
  const size = ({ change }: ClassRow) => (change === null ? -1 : Math.abs(change));
  return Array.from({ length: classes }, (_, label): ClassRow => {
    const before = shareOf(pretrained, label);
    const after = shareOf(merged, label);
    return { label, change: before === null || after === null ? null : after - before };
  }).sort((a, b) => size(b) - size(a) || a.label - b.label);
}

/** Share of right answers in a class, 0..1; null where nothing of it is scored. */
export function shareOf(score: TaskScore | undefined, label: number): number | null {
  const counts = score?.perClass[label];
  return counts === undefined || counts.scored === 0 ? null : counts.correct / counts.scored;
}
