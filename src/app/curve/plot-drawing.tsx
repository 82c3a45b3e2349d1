import { memo } from 'react';
import { LineNames } from './line-names';
import type { PlotData, Spot } from './plot-data';
import { type Colour, type Frame, LABEL_SIZE, type Part, scalesOf } from './plot-frame';
import { MeasuredLabel, MeasuredLine, OpenSpots } from './plot-marks';
import { place, roundTicks } from './scale';

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
      <LineNames data={data} frame={frame} colour={colour} family={measured} />
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
