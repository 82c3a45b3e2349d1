import { useCommands, useSnapshot } from '../context';
import { formatFactor, formatInterval, formatMargin, formatPercent } from '../format';
import { CopyButton } from '../ui/copy-button';
import { Dialog } from '../ui/dialog';
import { curveAsCsv } from './curve-csv';

/** Every visited scaling factor with its numbers: the plot for those who read rather than look. */
export function CurveTable({ onClose }: { onClose: () => void }) {
  const curve = useSnapshot((snapshot) => snapshot.scores.curve);
  const tasks = useSnapshot((snapshot) => snapshot.tasks).filter(({ included }) => included);
  const { setScalingFactor } = useCommands();
  return (
    <Dialog title="Accuracy by scaling factor" onClose={onClose} wide>
      <div className="curve-table-tools">
        <span>Completed values only; select one to merge it again.</span>
        <span>
          CSV <CopyButton label="Copy as CSV" text={curveAsCsv(curve, tasks)} />
        </span>
      </div>
      <div className="table-scroll">
        <table className="numbers" aria-label="Accuracy by scaling factor">
          <thead>
            <tr>
              <th scope="col">λ</th>
              <th scope="col">Average</th>
              {tasks.map((task) => (
                <th key={task.id} scope="col">
                  {task.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {curve.map(({ scalingFactor, average, tasks: scores }) => (
              <tr key={scalingFactor}>
                <th scope="row">
                  <button
                    type="button"
                    className="link"
                    onClick={() => {
                      setScalingFactor(scalingFactor);
                      onClose();
                    }}
                  >
                    {formatFactor(scalingFactor)}
                  </button>
                </th>
                <td title={formatInterval(average.interval)}>
                  {formatPercent(average.accuracy)} <small>{formatMargin(average.interval)}</small>
                </td>
                {tasks.map(({ id }) => (
                  <td key={id}>{scores[id] === undefined ? '–' : formatPercent(scores[id])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Dialog>
  );
}
