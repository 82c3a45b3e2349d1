import { isStale } from '../../state/selectors';
import { usePage, useSnapshot } from '../context';
import { formatInterval, formatMany, formatMargin, formatPercent } from '../format';

/** The number that the slider moves: the merged model's average accuracy. */
export function Headline() {
  const merged = useSnapshot((snapshot) => snapshot.scores.merged.average);
  const change = useSnapshot((snapshot) => snapshot.scores.change.average);
  const stale = usePage(isStale);
  if (merged === null) return null;
  return (
    <p className={stale ? 'headline stale' : 'headline'} aria-hidden="true">
      <strong>{formatPercent(merged.accuracy)}</strong>{' '}
      <span title={formatInterval(merged.interval)}>{formatMargin(merged.interval)}</span>
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
