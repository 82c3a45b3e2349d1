import { memo } from 'react';
import { type Labelled, placeLabels } from './end-labels';
import type { PlotData, Spot } from './plot-data';
import { type Colour, type Frame, type Part, scalesOf } from './plot-frame';
import { MeasuredLabel, MeasuredLine, OpenSpots } from './plot-marks';
import { place, roundTicks } from './scale';
import { fitText, textWidth } from './text-width';

interface PlotDrawingProps {
  readonly data: PlotData;
  readonly frame: Frame;
  readonly colour: Colour;
  readonly family: string;
  /** The family that names are measured in, where `family` is no plain list. */
  readonly measured?: string;
  /** Leave out the title of the axis of factors, which stands beside the drawing. */
  readonly bare?: boolean;
}

/** The dotted line's name. */
const CHOOSING = 'to choose by';

const LABEL_SIZE = 11;
const LABEL_GAP = 13;
/** Room between the end of a line and its name. */
const LABEL_AWAY = 16;
/** Less room than this beside the ends: names stand over the lines instead. */
const LABEL_ROOM = 64;
const LABEL_MOST = 150;

/**
 * What stands within the `<svg>` whatever the factor on screen: axes, lines with their names, the band of the average. Drawn
 * again only when one of its properties is another object.
 */
export const PlotDrawing = memo(function PlotDrawing(props: PlotDrawingProps) {
  const { data, frame, colour, family, measured = family, bare = false } = props;
  const { x, y } = scalesOf(data, frame);
  const at = ([factor, percent]: Spot): string =>
    `${place(factor, x).toFixed(1)},${place(percent, y).toFixed(1)}`;
  const upper = data.band.map(([factor, , high]) => at([factor, high]));
  const lower = data.band.map(([factor, low]) => at([factor, low])).toReversed();
  return (
    <g fontFamily={family} fontSize={LABEL_SIZE}>
      <Axes data={data} frame={frame} colour={colour} bare={bare} />
      {data.pretrained !== null && (
        <line
          x1={x.start}
          x2={x.end}
          y1={place(data.pretrained, y)}
          y2={place(data.pretrained, y)}
          stroke={colour('--pretrained')}
          strokeDasharray="5 4"
        />
      )}
      <MeasuredLine data={data} frame={frame} colour={colour} />
      <polygon points={[...upper, ...lower].join(' ')} fill={colour('--merged-band')} />
      {data.tasks.map(({ id, spots, colour: name, dash }) => (
        <polyline
          key={id}
          className="task-line"
          points={spots.map(at).join(' ')}
          fill="none"
          stroke={colour(name)}
          strokeWidth={1.25}
          strokeDasharray={dash}
        />
      ))}
      <polyline
        className="sampled-line"
        points={data.sampled.map(at).join(' ')}
        fill="none"
        stroke={colour('--merged')}
        strokeWidth={1.5}
        strokeDasharray="6 4"
      />
      <polyline
        className="choosing-line"
        points={data.choosing.map(at).join(' ')}
        fill="none"
        stroke={colour('--merged')}
        strokeWidth={1.5}
        strokeDasharray="2 4"
      />
      {data.choosing.map((spot) => (
        <circle
          key={spot[0]}
          className="choosing-spot"
          cx={place(spot[0], x)}
          cy={place(spot[1], y)}
          r={2.75}
          fill={colour('--panel')}
          stroke={colour('--merged')}
        />
      ))}
      <polyline
        points={data.average.map(at).join(' ')}
        fill="none"
        stroke={colour('--merged')}
        strokeWidth={2.5}
        strokeLinejoin="round"
      />
      <OpenSpots data={data} frame={frame} colour={colour} />
      {data.average.map((spot) => (
        <circle
          key={spot[0]}
          className="whole-spot"
          cx={place(spot[0], x)}
          cy={place(spot[1], y)}
          r={3}
          fill={colour('--merged')}
          stroke={colour('--panel')}
          strokeWidth={1}
        />
      ))}
      <MeasuredLabel data={data} frame={frame} colour={colour} family={measured} />
      <EndLabels data={data} frame={frame} colour={colour} family={measured} />
      <ChoosingLabel data={data} frame={frame} colour={colour} family={measured} />
    </g>
  );
});

/** The visited factor that is looked at. */
export function LookedAt({ data, frame, colour, factor }: Part & { readonly factor: number }) {
  const { x, y } = scalesOf(data, frame);
  return (
    <line
      x1={place(factor, x)}
      x2={place(factor, x)}
      y1={y.end}
      y2={y.start}
      stroke={colour('--control')}
      strokeDasharray="3 3"
    />
  );
}

function Axes({ data, frame, colour, bare }: Part & { readonly bare: boolean }) {
  const { x, y } = scalesOf(data, frame);
  const across = roundTicks(x.from, x.to, Math.max(3, Math.floor((x.end - x.start) / 48)));
  const up = roundTicks(y.from, y.to, Math.max(3, Math.floor((y.start - y.end) / 34)));
  const ink = colour('--ink-soft');
  return (
    <g stroke="none" fill={ink}>
      {across.map((tick) => (
        <g key={tick}>
          <line
            x1={place(tick, x)}
            x2={place(tick, x)}
            y1={y.end}
            y2={y.start}
            stroke={colour(tick === 0 ? '--line-strong' : '--line')}
          />
          <text x={place(tick, x)} y={y.start + 15} textAnchor="middle">
            {String(tick).replace('-', '−')}
          </text>
        </g>
      ))}
      {up.map((tick) => (
        <g key={tick}>
          <line
            x1={x.start}
            x2={x.end}
            y1={place(tick, y)}
            y2={place(tick, y)}
            stroke={colour('--line')}
          />
          <text x={x.start - 6} y={place(tick, y) + 4} textAnchor="end">
            {tick}
          </text>
        </g>
      ))}
      <text className="axis-title" x={0} y={LABEL_SIZE}>
        accuracy in %
      </text>
      {!bare && (
        <text className="axis-title" x={x.end} y={y.start + 30} textAnchor="end">
          scaling factor λ
        </text>
      )}
    </g>
  );
}

interface Ending extends Labelled {
  readonly key: string;
  readonly name: string;
  readonly colour: string;
  readonly bold: boolean;
}

/** The names of the lines at their ends. */
function EndLabels({ data, frame, colour, family }: Part & { readonly family: string }) {
  const { x, y } = scalesOf(data, frame);
  const last = data.average.at(-1);
  if (last === undefined || data.average.length < 2) return null;
  const end = lastFactor(data);
  const endings: Ending[] = [
    {
      key: 'average',
      name: 'average',
      colour: '--merged',
      bold: true,
      y: place(last[1], y),
      weight: 3,
    },
    ...data.choosing.slice(-1).flatMap(([, percent]): Ending[] => {
      if (choosingEndsApart(data, frame, family)) return [];
      return [
        {
          key: 'choosing',
          name: CHOOSING,
          colour: '--merged',
          bold: false,
          y: place(percent, y),
          weight: 2,
        },
      ];
    }),
    ...data.tasks.flatMap(({ id, name, colour: own, spots }): Ending[] => {
      const spot = spots.at(-1);
      return spot
        ? [{ key: id, name, colour: own, bold: false, y: place(spot[1], y), weight: 1 }]
        : [];
    }),
    ...(data.pretrained === null
      ? []
      : [
          {
            key: 'pretrained',
            name: 'pretrained',
            colour: '--pretrained',
            bold: false,
            y: place(data.pretrained, y),
            weight: 2,
          },
        ]),
  ];
  const room = x.end - place(end, x) - LABEL_AWAY;
  const beside = room >= LABEL_ROOM;
  const from = beside ? place(end, x) + LABEL_AWAY : x.end - 4;
  const width = beside ? room : Math.min(LABEL_MOST, (x.end - x.start) / 3);
  return (
    <g className="end-labels">
      {placeLabels(
        endings,
        LABEL_GAP,
        y.end + 6,
        y.start - (data.measured.length > 0 ? 20 : 6),
      ).map(({ item, y: middle }) => {
        const font = `${item.bold ? 'bold ' : ''}${LABEL_SIZE}px ${family}`;
        const text = fitText(item.name, font, width);
        const paper = textWidth(text, font) + 4;
        return (
          <g key={item.key}>
            {beside && Math.abs(middle - item.y) > 3 && (
              <line
                x1={from - LABEL_AWAY + 2}
                x2={from - 2}
                y1={item.y}
                y2={middle}
                stroke={colour(item.colour)}
                strokeWidth={0.75}
              />
            )}
            <rect
              x={beside ? from - 2 : from - paper + 2}
              y={middle - LABEL_SIZE / 2 - 0.5}
              width={paper}
              height={LABEL_SIZE + 1}
              fill={colour('--panel')}
              fillOpacity={0.85}
            />
            <text
              x={from}
              y={middle + LABEL_SIZE * 0.36}
              textAnchor={beside ? 'start' : 'end'}
              fontWeight={item.bold ? 'bold' : 'normal'}
              fill={colour(
                ['average', 'choosing', 'pretrained'].includes(item.key) ? item.colour : '--ink',
              )}
            >
              {text}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** Does the dotted line go so far beyond all others that its name fits at its own end, behind theirs? */
function choosingEndsApart(data: PlotData, frame: Frame, family: string): boolean {
  const { x } = scalesOf(data, frame);
  const last = data.choosing.at(-1);
  const end = lastFactor(data);
  if (!last || last[0] <= end) return false;
  if (data.average.length < 2) return true;
  const names = ['average', 'pretrained', ...data.tasks.map(({ name }) => name)];
  const widest = Math.max(
    ...names.map((name) => textWidth(name, `bold ${LABEL_SIZE}px ${family}`)),
  );
  return place(last[0], x) - place(end, x) >= LABEL_AWAY + widest + LABEL_GAP;
}

/** The name of the dotted line there. */
function ChoosingLabel({ data, frame, colour, family }: Part & { readonly family: string }) {
  const { x, y } = scalesOf(data, frame);
  const last = data.choosing.at(-1);
  if (!last || !choosingEndsApart(data, frame, family)) return null;
  const [across, up] = [place(last[0], x), place(last[1], y)];
  const beside = x.end - across >= LABEL_ROOM + LABEL_AWAY;
  return (
    <text
      x={beside ? across + 8 : across}
      y={beside ? up + 4 : Math.max(up - 8, y.end + LABEL_SIZE)}
      textAnchor={beside ? 'start' : 'end'}
      fill={colour('--merged')}
    >
      {CHOOSING}
    </text>
  );
}

/** Where the last of the lines that are scored on all pictures ends. */
function lastFactor({ average, tasks }: PlotData): number {
  const ends = [average, ...tasks.map(({ spots }) => spots)].map((spots) => spots.at(-1)?.[0]);
  return Math.max(...ends.map((end) => end ?? Number.NEGATIVE_INFINITY));
}

/** The scaling factor on screen, and the score that it has so far with its interval. */
export function Current({ data, frame, colour, factor }: Part & { readonly factor: number }) {
  const { current, domain } = data;
  if (factor < domain.min || factor > domain.max) return null;
  const { x, y } = scalesOf(data, frame);
  const across = place(factor, x);
  // A running interval may be wider than the axis, which would tremble if it followed.
  const within = (percent: number) => Math.min(y.start, Math.max(y.end, place(percent, y)));
  return (
    <g stroke={colour('--merged')}>
      <line x1={across} x2={across} y1={y.end} y2={y.start + 4} />
      {current !== null && (
        <>
          <line
            x1={across}
            x2={across}
            y1={within(current.interval[0])}
            y2={within(current.interval[1])}
            strokeWidth={3}
          />
          <circle
            className="current-spot"
            cx={across}
            cy={within(current.percent)}
            r={5.5}
            fill={colour(current.complete ? '--merged' : '--panel')}
            stroke={colour(current.complete ? '--panel' : '--merged')}
            strokeWidth={2}
          />
        </>
      )}
    </g>
  );
}
