import { useState } from 'react';
import type { TaskScore, TaskView } from '../../state/types';
import { formatChange, formatCount, formatPercent } from '../format';
import { classRows, shareOf } from './class-changes';

/** Rows that are drawn at once; more come when they are asked for, so that a thousand classes unfold as fast as ten. */
const ROWS_AT_ONCE = 50;

interface ClassBreakdownProps {
  readonly task: TaskView;
  readonly pretrained: TaskScore | undefined;
  readonly merged: TaskScore | undefined;
  readonly expert: TaskScore | undefined;
}

/** Which classes gain and which lose: right answers of the three models, those first that have changed most. */
export function ClassBreakdown({ task, pretrained, merged, expert }: ClassBreakdownProps) {
  const [limit, setLimit] = useState(ROWS_AT_ONCE);
  const rows = classRows(task.classnames.length, pretrained, merged);
  const left = rows.length - limit;
  return (
    <>
      <table className="numbers breakdown" aria-label={`Accuracy by class of ${task.name}`}>
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col" className="wide-only">
              Images
            </th>
            <th scope="col">Pretrained</th>
            <th scope="col">Merged</th>
            <th scope="col">Expert</th>
            <th scope="col">Change</th>
            <td className="range-cell" aria-hidden="true" />
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, limit).map(({ label, change }) => (
            <tr key={label}>
              <th scope="row">
                <bdi>{task.classnames[label]}</bdi>
              </th>
              <td className="wide-only">{task.classCounts[label]}</td>
              <ClassCell score={pretrained} label={label} />
              <ClassCell score={merged} label={label} />
              <ClassCell score={expert} label={label} />
              <td>{change === null ? '–' : formatChange(change)}</td>
              <td className="range-cell" aria-hidden="true">
                <span className="class-bar">
                  <span style={{ width: `${(shareOf(merged, label) ?? 0) * 100}%` }} />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {left > 0 && (
        <button
          type="button"
          className="link"
          onClick={() => setLimit(limit + Math.max(ROWS_AT_ONCE, Math.min(left, limit)))}
        >
          Show more: {formatCount(left)} classes have changed less
        </button>
      )}
    </>
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
