import type { TaskScore, TaskView } from '../../state/types';
import { formatPercent } from '../format';

interface ClassBreakdownProps {
  readonly task: TaskView;
  readonly pretrained: TaskScore | undefined;
  readonly merged: TaskScore | undefined;
  readonly expert: TaskScore | undefined;
}

/** Which classes gain and which lose: right answers of the three models, class by class in label order. */
export function ClassBreakdown({ task, pretrained, merged, expert }: ClassBreakdownProps) {
  return (
    <table className="numbers breakdown" aria-label={`Accuracy by class of ${task.name}`}>
      <thead>
        <tr>
          <th scope="col">Class</th>
          <th scope="col">Images</th>
          <th scope="col">Pretrained</th>
          <th scope="col">Merged</th>
          <th scope="col">Expert</th>
          <td className="range-cell" aria-hidden="true" />
        </tr>
      </thead>
      <tbody>
        {task.classnames.map((name, label) => {
          const share = shareOf(merged, label);
          return (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{task.classCounts[label]}</td>
              <ClassCell score={pretrained} label={label} />
              <ClassCell score={merged} label={label} />
              <ClassCell score={expert} label={label} />
              <td className="range-cell" aria-hidden="true">
                <span className="class-bar">
                  <span style={{ width: `${(share ?? 0) * 100}%` }} />
                </span>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function ClassCell({ score, label }: { score: TaskScore | undefined; label: number }) {
  const share = shareOf(score, label);
  const counts = score?.perClass[label];
  if (share === null || counts === undefined) return <td>–</td>;
  return (
    <td title={formatPercent(share)}>
      {counts.correct} <small>of {counts.scored}</small>
    </td>
  );
}

function shareOf(score: TaskScore | undefined, label: number): number | null {
  const counts = score?.perClass[label];
  return counts === undefined || counts.scored === 0 ? null : counts.correct / counts.scored;
}
