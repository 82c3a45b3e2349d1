/** The plot in words, for whoever does not see it. */
import type { CurvePoint } from '../../state/types';
import { formatFactor, formatMany, formatPercent } from '../format';
import { bestPoint } from './plot-data';

/** @param tasks - how many the averages are over */
export function summaryOf(curve: readonly CurvePoint[], tasks: number): string {
  const [first] = curve;
  const last = curve.at(-1);
  const best = bestPoint(curve);
  if (!first || !last || !best) return 'No scaling factor has been scored on all images yet.';
  const at = ({ average, scalingFactor }: CurvePoint) =>
    `${formatPercent(average.accuracy)} at ${formatFactor(scalingFactor)}`;
  const what = `Average accuracy of ${formatMany(tasks, 'task')}`;
  if (first === last) return `${what}: ${at(first)}, the only scaling factor so far.`;
  return `${what} over ${formatMany(curve.length, 'scaling factor')}: ${at(first)}, highest ${at(best)}, ${at(last)}.`;
}
