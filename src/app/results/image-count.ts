/** How many pictures of a task count: those that cannot be read turn out as they are scored, and are left out. */
import type { ScoreBoard, TaskView } from '../../state/types';

export function imageCount({ id, imageCount, split }: TaskView, scores: ScoreBoard): number {
  return (
    (scores.merged.tasks[id] ?? scores.pretrained.tasks[id])?.total ??
    split?.reporting ??
    imageCount
  );
}
