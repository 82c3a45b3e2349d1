/** What stands in the plot beside the curve itself: points that are not complete, and the curve of another time. */
import { LABEL_SIZE, type Part, scalesOf } from './plot-frame';
import { place } from './scale';
import { textWidth } from './text-width';

/** Few pictures are pale, and never so pale that they cannot be seen. */
const PALEST = 0.35;

/** Every value that was looked at and not completed: open, with its interval, the paler the fewer pictures it rests on. */
export function OpenSpots({ data, frame, colour }: Part) {
  const { x, y } = scalesOf(data, frame);
  // Of few pictures the interval may be wider than the axis.
  const within = (percent: number) => Math.min(y.start, Math.max(y.end, place(percent, y)));
  return (
    <g stroke={colour('--merged')} strokeWidth={1.25}>
      {data.open.map(({ spot: [factor, percent], interval, share }) => (
        <g key={factor} className="open-spot" opacity={PALEST + (1 - PALEST) * share}>
          <line
            x1={place(factor, x)}
            x2={place(factor, x)}
            y1={within(interval[0])}
            y2={within(interval[1])}
            strokeWidth={1}
          />
          <circle cx={place(factor, x)} cy={place(percent, y)} r={3} fill={colour('--panel')} />
        </g>
      ))}
    </g>
  );
}

const MEASURED = 'measured when the demo was made';
const SWATCH = 22;

const paleStroke = (colour: Part['colour']) => ({
  stroke: colour('--merged'),
  strokeOpacity: 0.4,
  strokeWidth: 2,
  fill: 'none',
});

/** The measured curve, pale. */
export function MeasuredLine({ data, frame, colour }: Part) {
  if (data.measured.length < 2) return null;
  const { x, y } = scalesOf(data, frame);
  const points = data.measured.map(
    ([factor, percent]) => `${place(factor, x).toFixed(1)},${place(percent, y).toFixed(1)}`,
  );
  return <polyline className="measured-line" points={points.join(' ')} {...paleStroke(colour)} />;
}

/** Its name, in the corner where no line ends; over whatever passes there. */
export function MeasuredLabel({ data, frame, colour, family }: Part & { readonly family: string }) {
  if (data.measured.length < 2) return null;
  const { x, y } = scalesOf(data, frame);
  const width = textWidth(MEASURED, `${LABEL_SIZE}px ${family}`);
  const end = x.end - 2;
  const base = y.start - 6;
  return (
    <g className="measured">
      <rect
        x={end - width - SWATCH - 4}
        y={base - LABEL_SIZE}
        width={width + SWATCH + 6}
        height={LABEL_SIZE + 4}
        fill={colour('--panel')}
        fillOpacity={0.85}
      />
      <path d={`M${end - width - SWATCH} ${base - 4}h${SWATCH - 6}`} {...paleStroke(colour)} />
      <text x={end} y={base} textAnchor="end" fill={colour('--ink-soft')}>
        {MEASURED}
      </text>
    </g>
  );
}
