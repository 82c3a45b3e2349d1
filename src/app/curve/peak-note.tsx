import { useCommands, useSnapshot } from '../context';
import { formatFactor, formatMany, formatPercent } from '../format';
import { Term } from '../tips/term';
import { bestPoint, isLine } from './plot-data';

/** The best value visited so far, and why its number flatters; before there is a choice, how to come to one. */
export function PeakNote() {
  const { curve, sample } = useSnapshot((snapshot) => snapshot.scores);
  const { setScalingFactor } = useCommands();
  const moves = useSnapshot((snapshot) => snapshot.method.hasScalingFactor);
  const mergeable = useSnapshot((snapshot) => snapshot.pool.mergeable);
  const best = bestPoint(curve);
  if (!mergeable) return null;
  if (!moves) return <p className="peak-note">This method has no scaling factor to move.</p>;
  if (isLine(sample) && sample.points.length > curve.length) {
    return (
      <p className="peak-note">
        Dashed: {sample.points.length} values on a sample of {formatMany(sample.pictures, 'image')},
        the same for each. The points follow on all images.
      </p>
    );
  }
  if (best === null || curve.length === 1) {
    return (
      <p className="peak-note">
        Move the <Term id="scaling-factor">scaling factor</Term> λ, or sweep: every value that is
        scored leaves a point in the plot.
      </p>
    );
  }
  return (
    <p className="peak-note">
      Best of {curve.length} values so far: {formatPercent(best.average.accuracy)} at{' '}
      <span className="unbroken">
        <button type="button" className="link" onClick={() => setScalingFactor(best.scalingFactor)}>
          λ = {formatFactor(best.scalingFactor)}
        </button>
        .
      </span>{' '}
      Chosen on the images that it is measured on, it is optimistic.
    </p>
  );
}
