import { useId, useState } from 'react';
import type { TaskView } from '../../state/types';
import { useCommands } from '../context';
import { formatCount, formatMany } from '../format';
import { Name } from '../names/name';
import { gravest } from '../ui/finding-list';
import { Icon } from '../ui/icon';
import { useEdited } from '../use-edited';
import { useSamples } from './samples';
import { TaskDetails } from './task-details';

/** Pictures in the unfolded grid, and in the strip of the row. */
const GRID_PICTURES = 18;
const STRIP_PICTURES = 4;

/** One task: a few of its pictures and its size at a glance, everything about it on demand. */
export function TaskRow({ task, short }: { task: TaskView; short: string | undefined }) {
  const [open, setOpen] = useState(false);
  const detailsId = useId();
  const { editTask } = useCommands();
  const [included, include] = useEdited(task.included, (changed) =>
    editTask({ type: 'setIncluded', id: task.id, included: changed }),
  );
  const samples = useSamples(task.id, GRID_PICTURES);
  const severity = gravest(task.findings);
  const size = [
    formatMany(task.imageCount, 'image'),
    `${task.classCounts.length} classes`,
    ...(task.unreadable.length > 0
      ? [`${formatCount(task.unreadable.length)} cannot be read`]
      : []),
  ].join(' · ');
  return (
    <li className={included ? 'row' : 'row excluded'}>
      <div className="row-head">
        <input
          type="checkbox"
          aria-label={`Score ${task.name}`}
          checked={included}
          onChange={(event) => include(event.target.checked)}
        />
        <button
          type="button"
          className="row-toggle"
          aria-expanded={open}
          aria-controls={detailsId}
          onClick={() => setOpen(!open)}
        >
          <span className="row-text">
            <span className="row-name">
              <Name name={task.name} short={short} />
              {severity !== null && <Icon name={severity} className={`mark ${severity}`} />}
            </span>
            <span className="row-meta">{size}</span>
          </span>
          <span className="strip" aria-hidden="true">
            {samples.slice(0, STRIP_PICTURES).map((sample) => (
              <img key={sample.address} src={sample.address} alt="" />
            ))}
          </span>
          <Icon name="chevron" className="row-chevron" />
        </button>
      </div>
      <div id={detailsId} hidden={!open}>
        {open && <TaskDetails task={task} samples={samples} />}
      </div>
    </li>
  );
}
