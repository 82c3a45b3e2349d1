import { isStale, statusText } from '../../state/selectors';
import { useCommands, usePage, useSnapshot } from '../context';
import { formatSecondsLeft } from '../format';
import { SweepControls } from '../sweep/sweep-controls';

const ACTIVE = new Set(['preparing', 'scoring']);

/** What the engine is doing, how far it is, and the ways to start and stop it. */
export function StatusLine() {
  const status = usePage(statusText);
  const spoken = usePage(({ spoken: { text } }) => text);
  const stale = usePage(isStale);
  const { scored, total, phase, sweep, failure, secondsLeft } = useSnapshot(
    (snapshot) => snapshot.scores,
  );
  const mergeable = useSnapshot((snapshot) => snapshot.pool.mergeable);
  const moves = useSnapshot((snapshot) => snapshot.method.hasScalingFactor);
  const hasTasks = useSnapshot((snapshot) => snapshot.tasks.some(({ included }) => included));
  const commands = useCommands();
  const active = ACTIVE.has(phase) || sweep !== null;
  const share = sweep !== null ? sweep.done / sweep.of : total > 0 && !stale ? scored / total : 0;
  return (
    <div className="status-line">
      <div className={active ? 'status-bar active' : 'status-bar'} aria-hidden="true">
        <span style={{ width: `${share * 100}%` }} />
      </div>
      <p className="visually-hidden" role="status">
        {spoken}
      </p>
      <p className="status-said">
        <span>
          <span className="status-text">{status}</span>{' '}
          {active && secondsLeft !== null && (
            <span className="time-left">{formatSecondsLeft(secondsLeft)}</span>
          )}{' '}
          {sweep !== null && (
            <span className="sweep-count">
              {sweep.sampled < sweep.of
                ? `First look of the sweep ${sweep.sampled} of ${sweep.of}`
                : `Sweep ${sweep.done} of ${sweep.of}`}
            </span>
          )}
        </span>
      </p>
      <div className="status-actions">
        {active && (
          <button type="button" onClick={commands.stop}>
            Stop
          </button>
        )}
        <SweepControls disabled={!mergeable || !hasTasks || !moves || sweep !== null} />
      </div>
      {failure !== null && (
        <div className="failure" role="alert">
          <p>{failure}</p>
          <button type="button" onClick={commands.restart}>
            Restart the engine
          </button>
        </div>
      )}
    </div>
  );
}
