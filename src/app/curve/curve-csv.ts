import type { CurvePoint, TaskView } from '../../state/types';

/** The curve as comma-separated values (RFC 4180): scaling factor, average with its interval, tasks; accuracies 0..1. */
export function curveAsCsv(
  curve: readonly CurvePoint[],
  tasks: readonly Pick<TaskView, 'id' | 'name'>[],
): string {
  const header = ['scaling_factor', 'average', 'average_low', 'average_high'];
  const rows = curve.map(({ scalingFactor, average, tasks: scores }) => [
    scalingFactor,
    average.accuracy,
    ...average.interval,
    ...tasks.map(({ id }) => scores[id] ?? ''),
  ]);
  const lines = [[...header, ...tasks.map(({ name }) => name)], ...rows];
  return lines.map((cells) => cells.map(quote).join(',')).join('\r\n');
}

function quote(cell: string | number): string {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
