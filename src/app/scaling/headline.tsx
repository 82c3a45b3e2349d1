import { isAverageStale } from '../../state/selectors';
import { usePage } from '../context';
import { formatInterval, formatMany, formatMargin, formatPercent } from '../format';
import { Term } from '../tips/term';

/** The number that the slider moves: the merged model's average accuracy. */
export function Headline() {
  const merged = usePage((state) => state.merged.column.average);
  const change = usePage((state) => state.merged.change.average);
  const stale = usePage(isAverageStale);
  if (merged === null) {
    return (
      <p className="headline" aria-hidden="true">
        <strong className="unknown">–</strong>
        <small>not scored yet</small>
      </p>
    );
  }
  return (
    <p className={stale ? 'headline stale' : 'headline'}>
      <span className="visually-hidden">Merged model{stale && ', at the factor before'}: </span>
      <strong>{formatPercent(merged.accuracy)}</strong>{' '}
      <Term id="interval" more={`Here: ${formatInterval(merged.interval)}.`}>
        {formatMargin(merged.interval)}
      </Term>
      <small>
        average of {merged.tasks === 1 ? 'one task' : `${merged.tasks} tasks`}
        {change !== null && (
          <span title={`On the same ${formatMany(change.pictures, 'image')}`}>
            , {comparison(change.accuracy)} pretrained{change.complete ? '' : ' so far'}
          </span>
        )}
      </small>
    </p>
  );
}

function comparison(difference: number): string {
  const points = (Math.abs(difference) * 100).toFixed(1);
  if (points === '0.0') return 'level with';
  return `${points} points ${difference > 0 ? 'above' : 'below'}`;
}
