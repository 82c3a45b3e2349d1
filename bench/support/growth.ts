/** From the rows of growing work: is it near-linear? */
import type { GrowthLine } from './growth-plot';
import type { Row } from './row';

/** Time of work of these sizes, ours and FusionBench's. */
export function growthLines(rows: readonly Row[], sizes: readonly number[]): GrowthLine[] {
  const ours = rows.map((row, i) => ({ x: sizes[i] ?? 0, seconds: row.ours.median }));
  const theirs = rows.flatMap((row, i) => {
    const reference = row.references.find(({ name }) => name === 'FusionBench');
    return reference ? [{ x: sizes[i] ?? 0, seconds: reference.measured.median }] : [];
  });
  return [
    { name: 'ours', points: ours },
    ...(theirs.length > 0 ? [{ name: 'FusionBench', points: theirs }] : []),
  ];
}

/**
 * How steep the last stretch is beside the whole line: 1 is a straight line; more bends upwards. NaN with fewer than three
 * points.
 */
export function bend({ points }: GrowthLine): number {
  const [first, before, last] = [points[0], points.at(-2), points.at(-1)];
  if (!first || !before || !last || points.length < 3) return Number.NaN;
  const slope = (a: typeof first, b: typeof first) => (b.seconds - a.seconds) / (b.x - a.x);
  return slope(before, last) / slope(first, last);
}

/** In a sentence. */
export function growthSentence(what: string, line: GrowthLine): string {
  const factor = bend(line);
  const [first, last] = [line.points[0], line.points.at(-1)];
  if (!first || !last || Number.isNaN(factor)) return '';
  const each = (1000 * (last.seconds - first.seconds)) / (last.x - first.x);
  const verdict = factor <= 1.25 ? 'near-linear' : 'steeper at the end';
  return `${what}: ${each.toPrecision(3)} ms for each one more; the last stretch is ${factor.toFixed(2)} times as steep as the whole (${verdict}).`;
}
