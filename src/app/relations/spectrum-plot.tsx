import type { MatrixRelations } from '../../state/types';
import './spectrum-plot.css';

const WIDTH = 480;
const HEIGHT = 160;
const MARGIN = { left: 44, right: 12, top: 10, bottom: 30 };

/** Singular values by their place, which goes up by doubling: low ranks are seen as well as long tails. */
export function SpectrumPlot({ matrix }: { matrix: MatrixRelations }) {
  const { tensor, places, experts, sum } = matrix;
  const last = places.at(-1) ?? 1;
  const most = Math.max(sum.largest, ...experts.map(({ largest }) => largest));
  if (most === 0) return <p>No expert changes {tensor}.</p>;
  const x = (place: number) =>
    MARGIN.left +
    (last > 1 ? Math.log2(place) / Math.log2(last) : 0) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value: number) =>
    HEIGHT - MARGIN.bottom - (value / most) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const line = (values: readonly number[]) =>
    `M${values.map((value, i) => `${x(places[i] ?? 1).toFixed(1)} ${y(value).toFixed(1)}`).join('L')}`;
  const ticks = [1, 4, 16, 64, 256].filter((place) => place * 2 <= last || place === 1);
  const strongest = Math.max(...experts.map(({ largest }) => largest));
  return (
    <figure className="spectrum-plot">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`Singular values of ${tensor}: the largest of the sum is ${sum.largest.toPrecision(3)}, of an expert ${strongest.toPrecision(3)}.`}
      >
        {[0, most].map((value) => (
          <g key={value}>
            <path className="axis" d={`M${MARGIN.left} ${y(value)}H${WIDTH - MARGIN.right}`} />
            <text x={MARGIN.left - 10} y={y(value) + 4} textAnchor="end">
              {value === 0 ? '0' : value.toPrecision(2)}
            </text>
          </g>
        ))}
        {[...ticks, last].map((place) => (
          <text key={place} x={x(place)} y={HEIGHT - MARGIN.bottom + 16} textAnchor="middle">
            {place}
          </text>
        ))}
        {experts.map(({ values }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: experts have no other name here, and never change places.
          <path key={i} className="expert" d={line(values)} />
        ))}
        <path className="sum" d={line(sum.values)} />
      </svg>
      <figcaption>
        Singular values of <code>{tensor}</code>, the largest first:{' '}
        <span className="sum">the sum</span> and <span className="expert">each expert</span>.
      </figcaption>
    </figure>
  );
}
