/** Every value that was visited with what is known of it: what the curve's table shows and its files hold. */
import type { CurvePoint, OpenPoint, TaskView } from '../../state/types';

export interface CurveRow {
  readonly scalingFactor: number;
  /** 0..1: the mean over the tasks of the pictures that are scored. */
  readonly average: number;
  readonly interval: readonly [low: number, high: number];
  /** Pictures that are scored and in all, of all tasks together. */
  readonly pictures: number;
  readonly of: number;
  /** The average on the pictures to choose by, where every task is split. */
  readonly choosing?: number;
  /** Accuracy by task id; none while pictures are missing. */
  readonly tasks: Readonly<Record<string, number>>;
}

/** Complete and open points, ascending. */
export function curveRows(
  curve: readonly CurvePoint[],
  open: readonly OpenPoint[],
  tasks: readonly Pick<TaskView, 'imageCount'>[],
): CurveRow[] {
  const all = tasks.reduce((sum, { imageCount }) => sum + imageCount, 0);
  return [
    ...curve.map(({ scalingFactor, average, choosing, tasks: scores }) => ({
      scalingFactor,
      average: average.accuracy,
      interval: average.interval,
      pictures: all,
      of: all,
      ...(choosing && { choosing: choosing.accuracy }),
      tasks: scores,
    })),
    ...open.map(({ accuracy, ...point }) => ({ ...point, average: accuracy, tasks: {} })),
  ].toSorted((a, b) => a.scalingFactor - b.scalingFactor);
}

export const isComplete = ({ pictures, of }: CurveRow): boolean => pictures === of;
