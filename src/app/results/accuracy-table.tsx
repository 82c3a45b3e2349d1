import { useId } from 'react';
import { isBusy } from '../../state/selectors';
import { usePage, useSnapshot } from '../context';
import { AverageRow } from './average-row';
import { TaskScoreRow } from './task-score-row';
import './results.css';

/** Zero-shot accuracy of the pretrained model, the merged one and each task's own expert. */
export function AccuracyTable() {
  const titleId = useId();
  const tasks = useSnapshot((snapshot) => snapshot.tasks).filter(({ included }) => included);
  const newest = useSnapshot((snapshot) => snapshot.scores);
  const merged = usePage((state) => state.merged.column);
  const scores = { ...newest, merged };
  const busy = usePage(isBusy);
  return (
    <section className="results" aria-labelledby={titleId}>
      <table className="numbers accuracy" aria-labelledby={titleId} aria-busy={busy}>
        <caption id={titleId}>Accuracy by task</caption>
        <thead>
          <tr>
            <th scope="col" className="task-cell">
              Task
            </th>
            <th scope="col" className="wide-only images-cell">
              Images
            </th>
            <th scope="col" className="pretrained">
              Pretrained
            </th>
            <th scope="col" className="merged">
              Merged
            </th>
            <th
              scope="col"
              className="wide-only change-cell"
              title="Percentage points of the merged against the pretrained model"
            >
              Change
            </th>
            <th scope="col" className="expert">
              Expert
            </th>
            <td className="range-cell" aria-hidden="true">
              <span>0</span>
              <span>50</span>
              <span>100 %</span>
            </td>
          </tr>
        </thead>
        <tbody>
          {tasks.map((task, place) => (
            <TaskScoreRow key={task.id} task={task} place={place} scores={scores} />
          ))}
        </tbody>
        <tfoot>
          <AverageRow tasks={tasks} scores={scores} />
        </tfoot>
      </table>
      {tasks.length === 0 && (
        <p className="results-empty">
          No test images yet: add a task folder to see what the scaling factor does. Merging and
          downloading work without.
        </p>
      )}
    </section>
  );
}
