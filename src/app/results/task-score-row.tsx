import { lazy, Suspense, useId, useState } from 'react';
import { isStale } from '../../state/selectors';
import type { ScoreBoard, TaskScore, TaskView } from '../../state/types';
import { usePage } from '../context';
import { Swatch } from '../curve/swatch';
import { formatCount } from '../format';
import { Name } from '../names/name';
import { Icon } from '../ui/icon';
import { AccuracyCell } from './accuracy-cell';
import { ChangeCell } from './change-cell';
import { ChoosingLine } from './choosing-row';
import { imageCount } from './image-count';
import { useMergeAbsence } from './merge-absence';
import { RangeStrip } from './range-strip';
import { UnreadableCount } from './unreadable-count';

/** Loaded when the first row is unfolded: what is behind the figures is looked at later. */
const TaskInsightPanel = lazy(() => import('../insight/task-insight'));

interface TaskScoreRowProps {
  readonly task: TaskView;
  /** Place among the tasks, which decides the colour of its line in the plot. */
  readonly place: number;
  readonly scores: ScoreBoard;
  /** Columns that the table shows. */
  readonly columns: number;
  /** Its name as it is shown among the others. */
  readonly short: string | undefined;
}

/** One task of the table; unfolds to its classes. */
export function TaskScoreRow({ task, place, scores, columns, short }: TaskScoreRowProps) {
  const [open, setOpen] = useState(false);
  const breakdownId = useId();
  const stale = usePage((state) => isStale(state) || state.merged.heldTasks.includes(task.id));
  const unmerged = useMergeAbsence();
  const pretrained = scores.pretrained.tasks[task.id];
  const merged = scores.merged.tasks[task.id];
  const expert = scores.expert.tasks[task.id];
  const scored =
    merged && !stale && merged.scored < merged.total ? `${formatCount(merged.scored)} / ` : '';
  return (
    <>
      <tr>
        <th scope="row">
          <button
            type="button"
            className="quiet disclosure"
            aria-expanded={open}
            aria-controls={breakdownId}
            onClick={() => setOpen(!open)}
          >
            <Icon name="chevron" className="row-chevron" />
            <Swatch place={place} />
            <Name name={task.name} short={short} />
          </button>
        </th>
        <td className="wide-only">
          {scored}
          {formatCount(imageCount(task, scores))} <UnreadableCount count={task.unreadable.length} />
        </td>
        <AccuracyCell column="pretrained" {...cellOf(pretrained)} />
        <AccuracyCell
          column="merged"
          {...cellOf(merged)}
          absent={unmerged}
          {...(stale ? { standing: 'stale' } : {})}
        />
        <ChangeCell change={scores.change.tasks[task.id]} stale={stale} />
        <AccuracyCell
          column="expert"
          {...cellOf(expert)}
          absent={task.expert === null ? 'no expert bears this name, or ends with it' : undefined}
        />
        <td className="range-cell" aria-hidden="true">
          <RangeStrip pretrained={pretrained} merged={merged} expert={expert} />
        </td>
      </tr>
      <tr id={breakdownId} className="breakdown-row" hidden={!open}>
        <td colSpan={columns}>
          {open && (
            <>
              <ChoosingLine
                pretrained={pretrained?.choosing}
                merged={merged?.choosing}
                expert={expert?.choosing}
              />
              <Suspense fallback={<p>…</p>}>
                <TaskInsightPanel
                  task={task}
                  pretrained={pretrained}
                  merged={merged}
                  expert={expert}
                />
              </Suspense>
            </>
          )}
        </td>
      </tr>
    </>
  );
}

function cellOf(score: TaskScore | undefined) {
  if (score === undefined || score.scored === 0) {
    return { accuracy: null, interval: null, basis: '' };
  }
  const { accuracy, interval, correct, scored, total } = score;
  const part = scored < total ? ` scored so far, of ${formatCount(total)}` : '';
  return {
    accuracy,
    interval,
    basis: `${formatCount(correct)} of ${formatCount(scored)} images right${part}`,
    standing: scored < total ? ('running' as const) : ('final' as const),
  };
}
