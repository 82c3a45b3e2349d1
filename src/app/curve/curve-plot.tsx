import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { isStale, shownFactor } from '../../state/selectors';
import { useCommands, usePage, useSnapshot } from '../context';
import { formatFactor, formatMargin, formatPercent } from '../format';
import type { Domain } from './domain';
import { accuracyRange, plotColumns } from './plot-data';
import { type Marks, plotOptions } from './plot-options';

/** Accuracy over the scaling factor. For eyes and mouse; the same numbers stand in the table of visited values. */
export function CurvePlot({ domain }: { domain: Domain }) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const { curve, pretrained, merged } = useSnapshot((snapshot) => snapshot.scores);
  const tasks = useSnapshot((snapshot) => snapshot.tasks);
  const factor = usePage(shownFactor) ?? 0;
  const stale = usePage(isStale);
  const { setScalingFactor } = useCommands();

  const included = tasks.filter((task) => task.included);
  const taskKey = JSON.stringify(included.map(({ id, name }) => [id, name]));
  const columns = plotColumns(
    curve,
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

  const point = hovered === null ? undefined : curve[hovered];
  return (
    <div className="plot">
      <div className="plot-canvas" ref={holder} />
      {point !== undefined && (
        <p className="plot-readout">
          λ {formatFactor(point.scalingFactor)}: {formatPercent(point.average.accuracy)}{' '}
          {formatMargin(point.average.interval)}
        </p>
      )}
    </div>
  );
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
