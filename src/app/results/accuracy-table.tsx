import { useId, useRef } from 'react';
import { isBusy } from '../../state/selectors';
import { usePage, useSnapshot } from '../context';
import { useTaskNames } from '../names/use-short-names';
import { Term } from '../tips/term';
import { AverageRow } from './average-row';
import { ChoosingRow } from './choosing-row';
import { TaskScoreRow } from './task-score-row';
import { useShownColumns } from './use-shown-columns';
import './results.css';

/** Those of a wide page. */
const COLUMNS = 7;

/** Zero-shot accuracy of the pretrained model, the merged one and each task's own expert. */
export function AccuracyTable() {
  const titleId = useId();
  const tasks = useSnapshot((snapshot) => snapshot.tasks).filter(({ included }) => included);
  const newest = useSnapshot((snapshot) => snapshot.scores);
  const { column: merged, change } = usePage((state) => state.merged);
  const scores = { ...newest, merged, change };
  const isSplit = tasks.some(({ split }) => split !== null);
  const shown = useTaskNames();
  const busy = usePage(isBusy);
  const table = useRef<HTMLTableElement>(null);
  const columns = useShownColumns(table, COLUMNS);
  return (
    <section className="results" aria-labelledby={titleId}>
      <table ref={table} className="numbers accuracy" aria-labelledby={titleId} aria-busy={busy}>
        <caption>
          <span id={titleId}>Accuracy by task</span>
          <small>
            ± half of the{' '}
            <span className="unbroken">
              <Term id="interval">95 % interval</Term>
              {isSplit && ','}
            </span>
            {isSplit && ' on the pictures to report on'}
          </small>
        </caption>
        <thead>
          <tr>
            <th scope="col" className="task-cell">
              Task
            </th>
            <th scope="col" className="wide-only images-cell">
              Images
            </th>
            <th scope="col" className="pretrained">
              <Term id="pretrained">Pretrained</Term>
            </th>
            <th scope="col" className="merged">
              <Term id="merged">Merged</Term>
            </th>
            <th
              scope="col"
              className="wide-only change-cell"
              data-tip="Percentage points of the merged against the pretrained model"
            >
              Change
            </th>
            <th scope="col" className="expert">
              <Term id="expert">Expert</Term>
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
            <TaskScoreRow
              key={task.id}
              task={task}
              place={place}
              scores={scores}
              columns={columns}
              short={shown.get(task.name)}
            />
          ))}
        </tbody>
        <tfoot>
          <AverageRow tasks={tasks} scores={scores} />
          <ChoosingRow tasks={tasks} scores={scores} />
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
