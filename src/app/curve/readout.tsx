import type { CurveSample, TaskView } from '../../state/types';
import { formatCount, formatFactor, formatMany, formatMargin, formatPercent } from '../format';
import type { Visited } from './plot-data';
import { Swatch } from './swatch';

interface ReadoutProps {
  readonly value: Visited;
  /** What a value that was not scored on all images was scored on. */
  readonly sample: CurveSample | null;
  readonly tasks: readonly TaskView[];
  readonly names: ReadonlyMap<string, string>;
  /** Where it stands, away from what is looked at. */
  readonly side: 'left' | 'right';
}

/** Every task at the value that is looked at, best first. For the eye: who hears the page is told by the plot itself. */
export function Readout({ value, sample, tasks, names, side }: ReadoutProps) {
  const { scalingFactor, point, open, sampled } = value;
  const scores = point?.tasks ?? {};
  const rows = tasks
    .map(({ id, name }, place) => ({ id, place, name: names.get(name) ?? name, score: scores[id] }))
    .filter(({ score }) => score !== undefined)
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0));
  return (
    <div className={`plot-readout ${side}`} aria-hidden="true">
      <p>
        <span className="math">λ</span> {formatFactor(scalingFactor)}:{' '}
        {point ? (
          <>
            <strong>{formatPercent(point.average.accuracy)}</strong>{' '}
            {formatMargin(point.average.interval)}
          </>
        ) : open ? (
          <>
            <strong>{formatPercent(open.accuracy)}</strong> {formatMargin(open.interval)} on{' '}
            {formatCount(open.pictures)} of {formatMany(open.of, 'image')} so far
          </>
        ) : (
          sampled !== undefined && (
            <>
              {formatPercent(sampled)} on a sample of {formatMany(sample?.pictures ?? 0, 'image')}
            </>
          )
        )}
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
