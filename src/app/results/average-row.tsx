import { isAverageStale } from '../../state/selectors';
import type { AverageScore, ScoreBoard, TaskView } from '../../state/types';
import { usePage } from '../context';
import { formatCount, formatMany } from '../format';
import { AccuracyCell } from './accuracy-cell';
import { ChangeCell } from './change-cell';
import { imageCount } from './image-count';
import { useMergeAbsence } from './merge-absence';
import { RangeStrip } from './range-strip';
import { UnreadableCount } from './unreadable-count';

interface AverageRowProps {
  readonly tasks: readonly TaskView[];
  readonly scores: ScoreBoard;
}

/** The unweighted mean over tasks, and over how many of them where it is not all. */
export function AverageRow({ tasks, scores }: AverageRowProps) {
  const stale = usePage(isAverageStale);
  const unmerged = useMergeAbsence();
  const pretrained = scores.pretrained.average;
  const merged = scores.merged.average;
  const expert = scores.expert.average;
  const images = tasks.reduce((sum, task) => sum + imageCount(task, scores), 0);
  const cell = (average: AverageScore | null) => ({
    accuracy: average?.accuracy ?? null,
    interval: average?.interval ?? null,
    basis: `unweighted mean of ${formatMany(average?.tasks ?? 0, 'task')}`,
    standing: average?.complete ? ('final' as const) : ('running' as const),
    absent: tasks.length === 0 ? 'no test images' : undefined,
    note:
      average !== null && average.tasks < tasks.length ? (
        <>
          {average.tasks} of {tasks.length}
          <span className="note-unit"> tasks</span>
        </>
      ) : undefined,
  });
  const hasExperts = tasks.some((task) => task.expert !== null);
  return (
    <tr>
      <th scope="row">Average</th>
      <td className="wide-only">
        {tasks.length > 0 && formatCount(images)}{' '}
        <UnreadableCount count={tasks.reduce((sum, task) => sum + task.unreadable.length, 0)} />
      </td>
      <AccuracyCell column="pretrained" {...cell(pretrained)} />
      <AccuracyCell
        column="merged"
        {...cell(merged)}
        {...(unmerged === undefined ? {} : { absent: unmerged })}
        {...(stale ? { standing: 'stale' } : {})}
      />
      <ChangeCell change={scores.change.average} stale={stale} />
      <AccuracyCell
        column="expert"
        {...cell(expert)}
        absent={hasExperts ? undefined : 'no task has an expert of its name'}
      />
      <td className="range-cell" aria-hidden="true">
        <RangeStrip
          pretrained={pretrained ?? undefined}
          merged={merged ?? undefined}
          expert={expert ?? undefined}
        />
      </td>
    </tr>
  );
}
