/** Accuracy over the scaling factor as an SVG: the average with its band, on white, the merged model's own point marked. */
import { SVG_BEGINNING } from '../relations/heat-map-svg';

export interface CurveRow {
  readonly scalingFactor: number;
  /** Unweighted mean over the tasks, 0..1. */
  readonly accuracy: number;
  /** 95 %, where it is known. */
  readonly interval?: readonly [number, number];
}

const SIZE = { width: 640, height: 320 };
const PLOT = { left: 56, right: 16, top: 40, bottom: 44 };
const INNER = {
  width: SIZE.width - PLOT.left - PLOT.right,
  height: SIZE.height - PLOT.top - PLOT.bottom,
};
const INK = '#1c1d1f';
const SOFT = '#5b5d61';
const GRID = '#e2ded5';
const MERGED = '#b5400c';
/** Lines of the grid along a side, about. */
const TICKS = 5;
/** Of all that is said of so small a range. */
const SMALLEST_RANGE = 1e-9;

interface Axis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
  readonly digits: number;
}

/**
 * @param rows - in any order, at least one
 * @param current - the scaling factor of the merged model
 */
export function curveSvg(rows: readonly CurveRow[], current: number | null): string {
  const sorted = rows.toSorted((a, b) => a.scalingFactor - b.scalingFactor);
  const across = axis(sorted.map(({ scalingFactor }) => scalingFactor));
  const up = axis(sorted.flatMap(({ accuracy, interval }) => interval ?? [accuracy]));
  const x = (value: number) => PLOT.left + share(value, across) * INNER.width;
  const y = (value: number) => PLOT.top + (1 - share(value, up)) * INNER.height;
  const point = (factor: number, value: number) => `${round(x(factor))},${round(y(value))}`;
  const line = sorted.map(({ scalingFactor, accuracy }) => point(scalingFactor, accuracy));
  const banded = sorted.flatMap(({ scalingFactor, interval }) =>
    interval ? [{ scalingFactor, interval }] : [],
  );
  const band = [
    ...banded.map(({ scalingFactor, interval }) => point(scalingFactor, interval[1])),
    ...banded.toReversed().map(({ scalingFactor, interval }) => point(scalingFactor, interval[0])),
  ];
  const bottom = PLOT.top + INNER.height;
  const right = PLOT.left + INNER.width;
  const grid = [
    ...up.ticks.map(
      (tick) =>
        `<path d="M${PLOT.left} ${round(y(tick))}H${right}" stroke="${GRID}"/>` +
        text(PLOT.left - 8, y(tick) + 4, tick.toFixed(up.digits), 'text-anchor="end"'),
    ),
    ...across.ticks.map(
      (tick) =>
        `<path d="M${round(x(tick))} ${PLOT.top}V${bottom}" stroke="${GRID}"/>` +
        text(x(tick), bottom + 18, tick.toFixed(across.digits), 'text-anchor="middle"'),
    ),
  ];
  const own = sorted.find(({ scalingFactor }) => scalingFactor === current);
  const dots = sorted.map(
    ({ scalingFactor, accuracy }) =>
      `<circle cx="${round(x(scalingFactor))}" cy="${round(y(accuracy))}" r="2.5" fill="${MERGED}"/>`,
  );
  const mark = own
    ? [
        `<circle cx="${round(x(own.scalingFactor))}" cy="${round(y(own.accuracy))}" r="6" fill="none" stroke="${MERGED}" stroke-width="2"/>`,
      ]
    : [];
  return `${SVG_BEGINNING} viewBox="0 0 ${SIZE.width} ${SIZE.height}" width="${SIZE.width}" height="${SIZE.height}" font-family="system-ui, sans-serif" font-size="12" fill="${SOFT}">
<title>Zero-shot accuracy over the scaling factor</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${text(PLOT.left, 24, 'Average zero-shot accuracy', `font-size="14" fill="${INK}"`)}
${grid.join('\n')}
${text(PLOT.left + INNER.width / 2, SIZE.height - 8, 'scaling factor', 'text-anchor="middle"')}
${band.length > 0 ? `<polygon points="${band.join(' ')}" fill="${MERGED}" fill-opacity="0.13"/>` : ''}
<polyline points="${line.join(' ')}" fill="none" stroke="${MERGED}" stroke-width="2"/>
${[...dots, ...mark].join('\n')}
</svg>
`;
}

/** Round values around all of these. */
function axis(values: readonly number[]): Axis {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const range = Math.max(high - low, SMALLEST_RANGE, Math.abs(high) / 100);
  const step = roundStep(range / TICKS);
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return { from: first * step, to: last * step, ticks, digits };
}

/** 1, 2 or 5 times a power of ten, the smallest that is no less. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((times) => times * power >= least) ?? 10) * power;
}

function share(value: number, { from, to }: Axis): number {
  return (value - from) / (to - from);
}

const round = (value: number): string => value.toFixed(1);

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${content.replace('-', '−')}</text>`;
}
