import { useCommands, useSnapshot } from '../context';
import { formatFactor, formatPercent } from '../format';
import { bestPoint } from './plot-data';

/** The best value visited so far, and why its number flatters. */
export function PeakNote() {
  const curve = useSnapshot((snapshot) => snapshot.scores.curve);
  const { setScalingFactor } = useCommands();
  const best = bestPoint(curve);
  return (
    <p className="peak-note">
      {best !== null && (
        <>
          Best of {curve.length === 1 ? 'one value' : `${curve.length} values`} so far:{' '}
          {formatPercent(best.average.accuracy)} at{' '}
          <button
            type="button"
            className="link"
            onClick={() => setScalingFactor(best.scalingFactor)}
          >
            λ = {formatFactor(best.scalingFactor)}
          </button>
          .{' '}
        </>
      )}
      A peak chosen on the images it is reported on is optimistic.
    </p>
  );
}
