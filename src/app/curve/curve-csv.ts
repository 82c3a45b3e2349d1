import type { CurvePoint, TaskView } from '../../state/types';

/**
 * The curve as comma-separated values (RFC 4180): scaling factor, average with its interval, tasks; where every task is split,
 * the average on the pictures to choose by as well; accuracies 0..1.
 */
export function curveAsCsv(
  curve: readonly CurvePoint[],
  tasks: readonly Pick<TaskView, 'id' | 'name'>[],
): string {
  const isSplit = curve.some(({ choosing }) => choosing);
  const split = (cell: string | number) => (isSplit ? [cell] : []);
  const header = ['scaling_factor', 'average', 'average_low', 'average_high'];
  const rows = curve.map(({ scalingFactor, average, choosing, tasks: scores }) => [
    scalingFactor,
    average.accuracy,
    ...average.interval,
    ...split(choosing?.accuracy ?? ''),
    ...tasks.map(({ id }) => scores[id] ?? ''),
  ]);
  const lines = [
    [...header, ...split('average_to_choose_by'), ...tasks.map(({ name }) => name)],
    ...rows,
  ];
  return lines.map((cells) => cells.map(quote).join(',')).join('\r\n');
}

function quote(cell: string | number): string {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
