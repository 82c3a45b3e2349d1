/** How the plot looks: axes, the average with its band, the tasks, and the marks drawn over them. */
import type uPlot from 'uplot';
import type { AverageScore } from '../../state/types';
import { type Domain, GUTTER } from './domain';
import { pageColours, taskColour } from './palette';

/** What is drawn besides the columns; read at every drawing. */
export interface Marks {
  readonly domain: Domain;
  readonly range: [number, number];
  readonly factor: number;
  readonly pretrained: AverageScore | null;
  /** The running score at `factor`, or null if what is on screen belongs to another value. */
  readonly current: AverageScore | null;
}

const LOW = 2;
const HIGH = 3;

export interface PlotInputs {
  readonly root: HTMLElement;
  readonly taskNames: readonly string[];
  readonly marks: () => Marks;
  /** A click on the plot, as a scaling factor. */
  readonly onPick: (factor: number) => void;
  /** The visited point under the pointer, or null. */
  readonly onHover: (index: number | null) => void;
}

export function plotOptions(inputs: PlotInputs): Omit<uPlot.Options, 'width' | 'height'> {
  const { root, taskNames, marks } = inputs;
  const colour = (name: string) => () => pageColours(root)(name);
  const axis: uPlot.Axis = {
    stroke: colour('--ink-soft'),
    font: `12px ${getComputedStyle(root).fontFamily}`,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const hidden: uPlot.Series = {
    show: true,
    width: 0,
    points: { show: false },
    spanGaps: true,
  };
  return {
    padding: [10, GUTTER.right, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { setScale: false },
      points: { show: false },
      bind: pickOnClick(inputs),
    },
    scales: {
      x: { time: false, range: () => [marks().domain.min, marks().domain.max] },
      y: { range: () => marks().range },
    },
    axes: [
      { ...axis, size: 24, gap: 4, space: 48, values: (_, ticks) => ticks.map(axisLabel) },
      {
        ...axis,
        size: GUTTER.left,
        gap: 6,
        space: 30,
        // Whole percents: the gutter has room for no decimals.
        incrs: [1, 2, 5, 10, 20, 50, 100],
        values: (_, ticks) => ticks.map((tick) => `${tick} %`),
      },
    ],
    series: [
      {},
      { stroke: colour('--merged'), width: 2.5, points: { show: true, size: 6 }, spanGaps: true },
      hidden,
      hidden,
      {
        stroke: colour('--merged'),
        width: 1.5,
        dash: [6, 4],
        points: { show: true, size: 5 },
        spanGaps: true,
      },
      ...taskNames.map((label, place) => ({
        label,
        stroke: colour(taskColour(place)),
        width: 1,
        points: { show: false },
        spanGaps: true,
      })),
    ],
    bands: [{ series: [HIGH, LOW], fill: colour('--merged-band') }],
    hooks: {
      drawAxes: [(plot) => drawReferences(plot, marks(), root)],
      draw: [(plot) => drawCurrent(plot, marks(), root)],
      setCursor: [
        (plot) => inputs.onHover(plot.cursor.left === -10 ? null : (plot.cursor.idx ?? null)),
      ],
    },
  };
}

const axisLabel = (tick: number): string => String(tick).replace('-', '−');

function pickOnClick({ onPick }: PlotInputs): uPlot.Cursor.Bind {
  return {
    click: (plot) => () => {
      const left = plot.cursor.left ?? -1;
      if (left >= 0) onPick(Math.round(plot.posToVal(left, 'x') * 100) / 100);
      return null;
    },
  };
}

/** The pretrained model's average as a level line, and the base itself, lambda = 0, as an upright one. */
function drawReferences(plot: uPlot, { pretrained }: Marks, root: Element): void {
  const { ctx, bbox } = plot;
  const colours = pageColours(root);
  ctx.save();
  ctx.strokeStyle = colours('--line-strong');
  ctx.lineWidth = devicePixelRatio;
  line(
    ctx,
    plot.valToPos(0, 'x', true),
    bbox.top,
    plot.valToPos(0, 'x', true),
    bbox.top + bbox.height,
  );
  if (pretrained !== null) {
    const y = plot.valToPos(pretrained.accuracy * 100, 'y', true);
    ctx.strokeStyle = colours('--pretrained');
    ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
    line(ctx, bbox.left, y, bbox.left + bbox.width, y);
    ctx.fillStyle = colours('--pretrained');
    ctx.font = `${11 * devicePixelRatio}px ${getComputedStyle(root).fontFamily}`;
    ctx.textAlign = 'left';
    ctx.fillText('pretrained', bbox.left + 5 * devicePixelRatio, y - 5 * devicePixelRatio);
  }
  ctx.restore();
}

/** The scaling factor on screen, and the score that it has so far with its interval. */
function drawCurrent(plot: uPlot, { factor, current, domain }: Marks, root: Element): void {
  if (factor < domain.min || factor > domain.max) return;
  const { ctx, bbox } = plot;
  const colours = pageColours(root);
  const x = plot.valToPos(factor, 'x', true);
  ctx.save();
  ctx.strokeStyle = colours('--merged');
  ctx.lineWidth = devicePixelRatio;
  line(ctx, x, bbox.top, x, bbox.top + bbox.height + 4 * devicePixelRatio);
  if (current !== null) {
    const [low = 0, high = 0] = current.interval.map((end) => plot.valToPos(end * 100, 'y', true));
    ctx.lineWidth = 2 * devicePixelRatio;
    // A running interval may be wider than the axis, which would tremble if it followed.
    line(ctx, x, Math.min(low, bbox.top + bbox.height), x, Math.max(high, bbox.top));
    ctx.beginPath();
    ctx.arc(
      x,
      plot.valToPos(current.accuracy * 100, 'y', true),
      5.5 * devicePixelRatio,
      0,
      2 * Math.PI,
    );
    ctx.fillStyle = colours(current.complete ? '--merged' : '--panel');
    ctx.fill();
    ctx.strokeStyle = colours(current.complete ? '--panel' : '--merged');
    ctx.stroke();
  }
  ctx.restore();
}

function line(ctx: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}
