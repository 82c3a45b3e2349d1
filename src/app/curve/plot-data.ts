/** From the engine's scores to what the plot draws: columns over the scaling factor, all in percent. */
import type { AlignedData } from 'uplot';
import type { AverageScore, CurvePoint, CurveSample } from '../../state/types';

/** Step of the accuracy axis's ends, in percent: it must not tremble while points arrive. */
const STEP = 10;

/** A value that has been visited: with all pictures, or with those of a sweep's sample. */
export interface Visited {
  readonly scalingFactor: number;
  readonly point?: CurvePoint | undefined;
  readonly sampled?: number | undefined;
}

/** All values of curve and sample, ascending. */
export function visitedValues(
  curve: readonly CurvePoint[],
  sample: CurveSample | null,
): readonly Visited[] {
  const points = new Map(curve.map((point) => [point.scalingFactor, point]));
  const sampled = new Map(sample?.points.map((point) => [point.scalingFactor, point.accuracy]));
  return [...new Set([...points.keys(), ...sampled.keys()])]
    .sort((a, b) => a - b)
    .map((value) => ({
      scalingFactor: value,
      point: points.get(value),
      sampled: sampled.get(value),
    }));
}

/** Columns: scaling factor, average, low and high end of its interval, the sample's average, then one for each task. */
export function plotColumns(visited: readonly Visited[], taskIds: readonly string[]): AlignedData {
  const column = (read: (value: Visited) => number | undefined) =>
    visited.map((value) => toPercent(read(value)));
  return [
    visited.map(({ scalingFactor }) => scalingFactor),
    column(({ point }) => point?.average.accuracy),
    column(({ point }) => point?.average.interval[0]),
    column(({ point }) => point?.average.interval[1]),
    column(({ sampled }) => sampled),
    ...taskIds.map((id) => column(({ point }) => point?.tasks[id])),
  ];
}

/** Ends of the accuracy axis in percent: everything that is drawn, out to the next ten; of a running score its value only. */
export function accuracyRange(
  columns: AlignedData,
  pretrained: AverageScore | null,
  current: AverageScore | null,
): [number, number] {
  const drawn = columns.slice(1).flatMap((column) => Array.from(column, (value) => value ?? []));
  const marks = [
    pretrained?.accuracy,
    current?.accuracy,
    ...(current?.complete ? current.interval : []),
  ];
  const values = [...drawn.flat(), ...marks.flatMap((mark) => toPercent(mark) ?? [])];
  if (values.length === 0) return [0, 100];
  const low = Math.max(0, Math.floor((Math.min(...values) - 1) / STEP) * STEP);
  const high = Math.min(100, Math.ceil((Math.max(...values) + 1) / STEP) * STEP);
  return [low, Math.max(high, low + STEP)];
}

/** The visited point with the best average; the first of equals. */
export function bestPoint(curve: readonly CurvePoint[]): CurvePoint | null {
  return curve.reduce<CurvePoint | null>(
    (best, point) =>
      best === null || point.average.accuracy > best.average.accuracy ? point : best,
    null,
  );
}

function toPercent(ratio: number | undefined): number | null {
  return ratio === undefined ? null : ratio * 100;
}
