/** What a comparison came to, in words. */
import type { ComparisonView } from '../../state/types';
import { formatChange, formatFactor, formatMany } from '../format';

export type Row = ComparisonView['rows'][number];

/** `3 of 14: TIES-Merging at λ = 0.86`. */
export function stepText(
  { title, row, scalingFactor }: NonNullable<ComparisonView['step']>,
  of: number,
): string {
  const factor = scalingFactor === null ? '' : ` at λ = ${formatFactor(scalingFactor)}`;
  return `${row} of ${of}: ${title}${factor}`;
}

/** `p < 0.001` */
export function pText(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toPrecision(2)}`;
}

/** The interval of a difference, in points. */
export function intervalText([low, high]: readonly [number, number]): string {
  return `95 % interval ${formatChange(low)} to ${formatChange(high)}`;
}

/** What the figures are of; null before the first row. */
export function basisText({ rows }: ComparisonView): string | null {
  const { choosing, reporting } = rows.find((row) => row.choosing && row.reporting) ?? {};
  if (!choosing || !reporting) return null;
  return `Each method at the λ with the least loss on ${formatMany(choosing.pictures, 'picture')}; every accuracy is of ${formatMany(reporting.pictures, 'other')}.`;
}

/** Of tasks that were not split what the comparison did; null where there are none. */
export function halvedText({ halved }: ComparisonView): string | null {
  if (halved.length === 0) return null;
  const names = halved.length > 4 ? `${halved.length} tasks` : halved.join(', ');
  return `No pictures of ${names} are set apart: half of them are chosen by here, and nowhere else.`;
}
