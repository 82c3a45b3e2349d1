import type { CurvePoint, TaskView } from '../../state/types';
import { formatFactor, formatMargin, formatPercent } from '../format';
import { Swatch } from './swatch';

interface ReadoutProps {
  readonly point: CurvePoint;
  readonly tasks: readonly TaskView[];
  readonly names: ReadonlyMap<string, string>;
  /** Where it stands, away from what is looked at. */
  readonly side: 'left' | 'right';
}

/** Every task at the value that is looked at, best first. For the eye: who hears the page is told by the plot itself. */
export function Readout({ point, tasks, names, side }: ReadoutProps) {
  const { scalingFactor, average, tasks: scores } = point;
  const rows = tasks
    .map(({ id, name }, place) => ({ id, place, name: names.get(name) ?? name, score: scores[id] }))
    .filter(({ score }) => score !== undefined)
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0));
  return (
    <div className={`plot-readout ${side}`} aria-hidden="true">
      <p>
        <span className="math">λ</span> {formatFactor(scalingFactor)}:{' '}
        <strong>{formatPercent(average.accuracy)}</strong> {formatMargin(average.interval)}
      </p>
      <ul>
        {rows.map(({ id, place, name, score }) => (
          <li key={id}>
            <Swatch place={place} />
            <bdi>{name}</bdi>
            <span>{score === undefined ? '' : formatPercent(score)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
