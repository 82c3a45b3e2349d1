import { csvText } from '../../csv';
import type { TaskView } from '../../state/types';
import type { CurveRow } from './curve-rows';

/**
 * The curve as comma-separated values (RFC 4180): scaling factor, average with its interval, the number of pictures it rests
 * on, tasks; where every task is split, the average on the pictures to choose by as well; accuracies 0..1.
 */
export function curveAsCsv(
  rows: readonly CurveRow[],
  tasks: readonly Pick<TaskView, 'id' | 'name'>[],
): string {
  const isSplit = rows.some(({ choosing }) => choosing !== undefined);
  const split = (cell: string | number) => (isSplit ? [cell] : []);
  const header = ['scaling_factor', 'average', 'average_low', 'average_high', 'pictures'];
  const lines = [
    [...header, ...split('average_to_choose_by'), ...tasks.map(({ name }) => name)],
    ...rows.map(({ scalingFactor, average, interval, pictures, choosing, tasks: scores }) => [
      scalingFactor,
      average,
      ...interval,
      pictures,
      ...split(choosing ?? ''),
      ...tasks.map(({ id }) => scores[id] ?? ''),
    ]),
  ];
  return csvText(lines);
}
