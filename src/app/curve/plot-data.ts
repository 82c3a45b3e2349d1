/** From the engine's scores to what the plot draws, all accuracies in percent. Pure. */
import type { AverageScore, CurvePoint, CurveSample, OpenPoint } from '../../state/types';
import type { Domain } from './domain';
import { taskStroke } from './strokes';

/** Step of the accuracy axis's ends, in percent: it must not tremble while points arrive. */
const STEP = 10;

export type Spot = readonly [factor: number, percent: number];

/** One task's line. */
export interface TaskLine {
  readonly id: string;
  readonly name: string;
  readonly colour: string;
  readonly dash: string | undefined;
  readonly spots: readonly Spot[];
}

export interface PlotData {
  readonly domain: Domain;
  readonly range: readonly [low: number, high: number];
  readonly tasks: readonly TaskLine[];
  readonly average: readonly Spot[];
  /** Averages on the pictures to choose by, where every task is split; `average` is of the others then. */
  readonly choosing: readonly Spot[];
  /** Averages of a sweep's first look, on a sample of the pictures; empty while they are too few for a line. */
  readonly sampled: readonly Spot[];
  /** Values that were looked at and not completed. */
  readonly open: readonly OpenSpot[];
  /** Averages of another time, to compare with; empty where there are none. */
  readonly measured: readonly Spot[];
  readonly band: readonly (readonly [factor: number, low: number, high: number])[];
  readonly pretrained: number | null;
  /** The score that the factor on screen has so far, or null if what is on screen belongs to another. */
  readonly current: {
    readonly percent: number;
    readonly interval: readonly [low: number, high: number];
    readonly complete: boolean;
  } | null;
}

export interface OpenSpot {
  readonly spot: Spot;
  readonly interval: readonly [low: number, high: number];
  /** Which part of its pictures is scored, 0..1. */
  readonly share: number;
}

export interface PlotInputs {
  readonly curve: readonly CurvePoint[];
  readonly open?: readonly OpenPoint[];
  readonly measured?: readonly { readonly scalingFactor: number; readonly accuracy: number }[];
  readonly sample: CurveSample | null;
  /** Values of a search for the factor, with their averages on the pictures to choose by. */
  readonly tried?: readonly { readonly scalingFactor: number; readonly accuracy: number }[];
  readonly tasks: readonly { readonly id: string; readonly name: string }[];
  readonly domain: Domain;
  readonly pretrained: AverageScore | null;
  readonly current: AverageScore | null;
}

export function plotData(inputs: PlotInputs): PlotData {
  const { tasks, domain, pretrained, current } = inputs;
  const isInside = ({ scalingFactor }: { readonly scalingFactor: number }) =>
    scalingFactor >= domain.min && scalingFactor <= domain.max;
  const curve = inputs.curve.filter(isInside);
  const spotsOf = (
    points: readonly { readonly scalingFactor: number; readonly accuracy: number }[],
  ): Spot[] =>
    points
      .filter(isInside)
      .map(({ scalingFactor, accuracy }): Spot => [scalingFactor, accuracy * 100])
      .toSorted(([a], [b]) => a - b);
  const sampled = isLine(inputs.sample) ? spotsOf(inputs.sample.points) : [];
  const measured = spotsOf(inputs.measured ?? []);
  const open = (inputs.open ?? []).filter(isInside).map(
    ({ scalingFactor, accuracy, interval: [low, high], pictures, of }): OpenSpot => ({
      spot: [scalingFactor, accuracy * 100],
      interval: [low * 100, high * 100],
      share: pictures / of,
    }),
  );
  const lines = tasks.map(({ id, name }, place) => ({
    id,
    name,
    ...taskStroke(place),
    spots: curve.flatMap(({ scalingFactor, tasks: scores }): Spot[] => {
      const accuracy = scores[id];
      return accuracy === undefined ? [] : [[scalingFactor, accuracy * 100]];
    }),
  }));
  const choosing = choosingSpots(curve, inputs.tried?.filter(isInside) ?? []);
  const band = curve.map(
    ({ scalingFactor, average }) =>
      [scalingFactor, average.interval[0] * 100, average.interval[1] * 100] as const,
  );
  return {
    domain,
    range: accuracyRange(
      [
        ...band.flatMap(([, low, high]) => [low, high]),
        ...lines.flatMap(valuesOf),
        // Of what is open the value only: its interval is wider than what there is to see.
        ...[...sampled, ...choosing, ...measured, ...open.map(({ spot }) => spot)].map(
          ([, percent]) => percent,
        ),
      ],
      pretrained,
      current,
    ),
    tasks: lines,
    average: curve.map(({ scalingFactor, average }) => [scalingFactor, average.accuracy * 100]),
    choosing,
    sampled,
    open,
    measured,
    band,
    pretrained: pretrained === null ? null : pretrained.accuracy * 100,
    current: current && {
      percent: current.accuracy * 100,
      interval: [current.interval[0] * 100, current.interval[1] * 100],
      complete: current.complete,
    },
  };
}

/** Through two points a line says nothing of what lies between them. */
export function isLine(sample: CurveSample | null): sample is CurveSample {
  return sample !== null && sample.points.length > 2;
}

/** What was tried on the pictures to choose by, and what was scored on all, ascending. */
function choosingSpots(
  curve: readonly CurvePoint[],
  tried: NonNullable<PlotInputs['tried']>,
): Spot[] {
  const spots = new Map(tried.map(({ scalingFactor, accuracy }) => [scalingFactor, accuracy]));
  for (const { scalingFactor, choosing } of curve) {
    if (choosing) spots.set(scalingFactor, choosing.accuracy);
  }
  return [...spots]
    .map(([factor, accuracy]): Spot => [factor, accuracy * 100])
    .sort(([a], [b]) => a - b);
}

const valuesOf = ({ spots }: TaskLine): number[] => spots.map(([, percent]) => percent);

/** A value that has been visited: with all pictures, with some, or with those of a sweep's sample. */
export interface Visited {
  readonly scalingFactor: number;
  readonly point?: CurvePoint | undefined;
  readonly open?: OpenPoint | undefined;
  readonly sampled?: number | undefined;
}

/** All values of curve, sample and open points, ascending. */
export function visitedValues(
  curve: readonly CurvePoint[],
  sample: CurveSample | null,
  open: readonly OpenPoint[] = [],
): readonly Visited[] {
  const points = new Map(curve.map((point) => [point.scalingFactor, point]));
  const sampled = new Map(sample?.points.map((point) => [point.scalingFactor, point.accuracy]));
  const opened = new Map(open.map((point) => [point.scalingFactor, point]));
  return [...new Set([...points.keys(), ...sampled.keys(), ...opened.keys()])]
    .sort((a, b) => a - b)
    .map((value) => ({
      scalingFactor: value,
      point: points.get(value),
      open: opened.get(value),
      sampled: sampled.get(value),
    }));
}

/** Ends of the accuracy axis in percent: everything that is drawn, out to the next ten; of a running score its value only. */
export function accuracyRange(
  drawn: readonly number[],
  pretrained: AverageScore | null,
  current: AverageScore | null,
): [number, number] {
  const marks = [
    pretrained?.accuracy,
    current?.accuracy,
    ...(current?.complete ? current.interval : []),
  ];
  const values = [...drawn, ...marks.flatMap((mark) => (mark === undefined ? [] : mark * 100))];
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
