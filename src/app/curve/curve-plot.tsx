import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { isStale, shownFactor } from '../../state/selectors';
import type { CurveSample } from '../../state/types';
import { useCommands, usePage, useSnapshot } from '../context';
import { formatFactor, formatMany, formatMargin, formatPercent } from '../format';
import type { Domain } from './domain';
import { accuracyRange, plotColumns, type Visited, visitedValues } from './plot-data';
import { type Marks, plotOptions } from './plot-options';

/** Accuracy over the scaling factor. For eyes and mouse; the same numbers stand in the table of visited values. */
export function CurvePlot({ domain }: { domain: Domain }) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const { curve, sample, pretrained, merged } = useSnapshot((snapshot) => snapshot.scores);
  const tasks = useSnapshot((snapshot) => snapshot.tasks);
  const factor = usePage(shownFactor) ?? 0;
  const stale = usePage(isStale);
  const { setScalingFactor } = useCommands();

  const included = tasks.filter((task) => task.included);
  const taskKey = JSON.stringify(included.map(({ id, name }) => [id, name]));
  const visited = visitedValues(curve, sample);
  const columns = plotColumns(
    visited,
    included.map(({ id }) => id),
  );
  const current = stale ? null : merged.average;
  const marks = useRef<Marks | null>(null);
  marks.current = {
    domain,
    range: accuracyRange(columns, pretrained.average, current),
    factor,
    pretrained: pretrained.average,
    current,
  };
  const newest = useRef(columns);
  newest.current = columns;

  useEffect(() => {
    const root = holder.current;
    if (root === null) return;
    const names = (JSON.parse(taskKey) as [string, string][]).map(([, name]) => name);
    const options = plotOptions({
      root,
      taskNames: names,
      marks: () => marks.current ?? emptyMarks,
      onPick: setScalingFactor,
      onHover: setHovered,
    });
    const made = new uPlot({ ...options, ...sizeOf(root) }, newest.current, root);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize(sizeOf(root)));
    resized.observe(root);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const repaint = () => made.redraw(false, true);
    scheme.addEventListener('change', repaint);
    return () => {
      scheme.removeEventListener('change', repaint);
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [taskKey, setScalingFactor]);

  useEffect(() => {
    plot.current?.setData(newest.current);
  });

  const shown = hovered === null ? undefined : visited[hovered];
  return (
    <div className="plot">
      <div className="plot-canvas" ref={holder} />
      {shown !== undefined && (
        <p className="plot-readout">
          λ {formatFactor(shown.scalingFactor)}: {readout(shown, sample)}
        </p>
      )}
    </div>
  );
}

function readout({ point, sampled }: Visited, sample: CurveSample | null): string {
  if (point) {
    return `${formatPercent(point.average.accuracy)} ${formatMargin(point.average.interval)}`;
  }
  if (sampled === undefined || sample === null) return '';
  return `${formatPercent(sampled)} on a sample of ${formatMany(sample.pictures, 'image')}`;
}

const emptyMarks: Marks = {
  domain: { min: -1, max: 2 },
  range: [0, 100],
  factor: 0,
  pretrained: null,
  current: null,
};

function sizeOf(element: Element): { width: number; height: number } {
  const { width, height } = element.getBoundingClientRect();
  return { width: Math.floor(width), height: Math.floor(height) };
}
