import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { shownMeasured } from '../../state/measured-curve';
import { isStale, shownFactor } from '../../state/selectors';
import type { CurveSample } from '../../state/types';
import { useCommands, usePage, useSnapshot } from '../context';
import { formatCount, formatFactor, formatMany, formatMargin, formatPercent } from '../format';
import { useTaskNames } from '../names/use-short-names';
import { Term } from '../tips/term';
import { useMeasured } from '../ui/use-measured';
import { type Domain, GUTTER } from './domain';
import { plotData, type Visited, visitedValues } from './plot-data';
import { Current, LookedAt, PlotDrawing } from './plot-drawing';
import { type Frame, scalesOf } from './plot-frame';
import { Readout } from './readout';
import { place, valueAt } from './scale';
import { summaryOf } from './summary';

const MARGINS = { left: GUTTER.left, right: GUTTER.right, top: 20, bottom: 34 } as const;

const NOTHING_TRIED: readonly never[] = [];

const pageColour = (name: string): string => `var(${name})`;

/**
 * Accuracy over the scaling factor. What lies under the pointer, or where the arrow keys have gone, is read out for every
 * task; a click or Enter merges at that value. The same numbers stand in the table of visited values.
 */
export function CurvePlot({ domain }: { domain: Domain }) {
  const holder = useRef<HTMLDivElement>(null);
  const { width, height, family } = useMeasured(holder, UNMEASURED, areaOf);
  const [looked, look] = useState<number | null>(null);
  const { curve, open, sample, pretrained } = useSnapshot((snapshot) => snapshot.scores);
  const measured = usePage(shownMeasured) ?? undefined;
  const merged = useSnapshot((snapshot) => snapshot.scores.merged.average);
  const search = useSnapshot((snapshot) => snapshot.search);
  const all = useSnapshot((snapshot) => snapshot.tasks);
  const tasks = useMemo(() => all.filter(({ included }) => included), [all]);
  const shown = useTaskNames();
  const factor = usePage(shownFactor) ?? 0;
  const stale = usePage(isStale);
  const { setScalingFactor } = useCommands();

  const current = stale ? null : merged;
  const tried = search?.name === 'lambda' ? search.values : NOTHING_TRIED;
  const { min, max } = domain;
  const data = useMemo(
    () =>
      plotData({
        curve,
        open,
        measured,
        sample,
        tried,
        tasks: tasks.map(({ id, name }) => ({ id, name: shown.get(name) ?? name })),
        domain: { min, max },
        pretrained: pretrained.average,
        current,
      }),
    [curve, open, measured, sample, tried, tasks, shown, min, max, pretrained.average, current],
  );
  const frame = useMemo((): Frame => ({ width, height, ...MARGINS }), [width, height]);
  const { x } = scalesOf(data, frame);
  const visited = useMemo(() => visitedValues(curve, sample, open), [curve, sample, open]);
  const value = looked === null ? undefined : visited[Math.min(looked, visited.length - 1)];
  const across = (clientX: number): number =>
    clientX - (holder.current?.getBoundingClientRect().left ?? 0);

  const onKeyDown = (event: KeyboardEvent) => {
    const last = visited.length - 1;
    const from = looked ?? nearest(visited, factor) ?? 0;
    const to = {
      ArrowLeft: from - 1,
      ArrowRight: from + 1,
      ArrowDown: from - 1,
      ArrowUp: from + 1,
      Home: 0,
      End: last,
    }[event.key];
    if (to !== undefined && last >= 0) {
      event.preventDefault();
      look(Math.min(Math.max(to, 0), last));
    } else if (event.key === 'Enter' && value) setScalingFactor(value.scalingFactor);
    else if (event.key === 'Escape') look(null);
  };

  return (
    <div className="plot">
      <p className="visually-hidden">
        {summaryOf(curve, tasks.length)}
        {measured !== undefined && ' A pale line beside it was measured when the demo was made.'}
      </p>
      <div
        ref={holder}
        className="plot-area"
        role="slider"
        aria-label="Visited values"
        aria-valuemin={0}
        aria-valuemax={Math.max(0, visited.length - 1)}
        aria-valuenow={looked ?? 0}
        aria-valuetext={value ? spoken(value, sample, tasks) : 'none is looked at'}
        aria-disabled={visited.length === 0}
        tabIndex={visited.length === 0 ? -1 : 0}
        onPointerMove={(event) => look(nearest(visited, valueAt(across(event.clientX), x)))}
        onPointerLeave={() => look(null)}
        onFocus={({ target }) => {
          if (target.matches(':focus-visible')) look(nearest(visited, factor));
        }}
        onBlur={() => look(null)}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const pointed = valueAt(across(event.clientX), x);
          if (pointed >= domain.min && pointed <= domain.max) {
            setScalingFactor(Math.round(pointed * 100) / 100);
          }
        }}
      >
        <svg className="plot-drawing" width={width} height={height} aria-hidden="true">
          <PlotDrawing
            data={data}
            frame={frame}
            colour={pageColour}
            family="var(--sans)"
            measured={family}
            bare
          />
          {value && (
            <LookedAt data={data} frame={frame} colour={pageColour} factor={value.scalingFactor} />
          )}
          <Current data={data} frame={frame} colour={pageColour} factor={factor} />
        </svg>
      </div>
      <span className="plot-title">
        <Term id="scaling-factor">scaling factor</Term> <span className="math">λ</span>
      </span>
      {value && (
        <Readout
          value={value}
          sample={sample}
          tasks={tasks}
          names={shown}
          side={place(value.scalingFactor, x) > width / 2 ? 'left' : 'right'}
        />
      )}
    </div>
  );
}

/** Index of the visited value that is nearest; null where none was visited. */
function nearest(visited: readonly Visited[], factor: number): number | null {
  const away = visited.map(({ scalingFactor }) => Math.abs(scalingFactor - factor));
  return away.length === 0 ? null : away.indexOf(Math.min(...away));
}

function spoken(
  { scalingFactor, point, open, sampled }: Visited,
  sample: CurveSample | null,
  tasks: readonly { readonly id: string; readonly name: string }[],
): string {
  const value = `λ ${formatFactor(scalingFactor)}`;
  if (!point && open) {
    const { accuracy, interval, pictures, of } = open;
    return `${value}: ${formatPercent(accuracy)} ${formatMargin(interval)} on ${formatCount(pictures)} of ${formatMany(of, 'image')} so far`;
  }
  if (!point) {
    const share = sampled === undefined ? 'not scored' : formatPercent(sampled);
    return `${value}: ${share} on a sample of ${formatMany(sample?.pictures ?? 0, 'image')}`;
  }
  const { average, tasks: scores } = point;
  const each = tasks.flatMap(({ id, name }) =>
    scores[id] === undefined ? [] : [`${name} ${formatPercent(scores[id])}`],
  );
  const mean = `average ${formatPercent(average.accuracy)} ${formatMargin(average.interval)}`;
  return [`${value}: ${mean}`, ...each].join(', ');
}

interface Area {
  readonly width: number;
  readonly height: number;
  /** The family of its letters, which names are measured in. */
  readonly family: string;
}

const UNMEASURED: Area = { width: 640, height: 320, family: 'sans-serif' };

/** An element that is not shown keeps the size that it had. */
function areaOf(element: HTMLElement, last: Area): Area {
  const { width, height } = element.getBoundingClientRect();
  const size =
    width > 0 && height > 0 ? { width: Math.floor(width), height: Math.floor(height) } : last;
  const next = { ...size, family: getComputedStyle(element).fontFamily };
  const same =
    next.width === last.width && next.height === last.height && next.family === last.family;
  return same ? last : next;
}
