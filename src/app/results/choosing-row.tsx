import type { AverageScore, HalfScore, ScoreBoard, TaskView } from '../../state/types';
import { formatCount, formatMany } from '../format';
import { Term } from '../tips/term';
import { AccuracyCell } from './accuracy-cell';

interface ChoosingRowProps {
  readonly tasks: readonly TaskView[];
  readonly scores: ScoreBoard;
}

/** The averages on the pictures to choose by; nothing where not every task is split. */
export function ChoosingRow({ tasks, scores }: ChoosingRowProps) {
  if (tasks.length === 0 || tasks.some(({ split }) => split === null)) return null;
  const images = tasks.reduce((sum, { split }) => sum + (split?.choosing ?? 0), 0);
  const cell = (average: AverageScore | undefined) => ({
    accuracy: average?.accuracy ?? null,
    interval: average?.interval ?? null,
    basis: `unweighted mean of ${formatMany(average?.tasks ?? 0, 'task')}, pictures to choose by`,
    standing: average?.complete ? ('final' as const) : ('running' as const),
  });
  const hasExperts = tasks.every((task) => task.expert !== null);
  return (
    <tr className="choosing-row">
      <th scope="row">
        <Term id="choosing">To choose by</Term>
      </th>
      <td className="wide-only">{formatCount(images)}</td>
      <AccuracyCell column="pretrained" {...cell(scores.pretrained.choosing)} />
      <AccuracyCell column="merged" {...cell(scores.merged.choosing)} />
      <td className="wide-only" />
      <AccuracyCell
        column="expert"
        {...cell(scores.expert.choosing)}
        absent={hasExperts ? undefined : 'not every task has an expert of its name'}
      />
      <td className="range-cell" aria-hidden="true" />
    </tr>
  );
}

interface ChoosingLineProps {
  readonly pretrained: HalfScore | undefined;
  readonly merged: HalfScore | undefined;
  readonly expert: HalfScore | undefined;
}

/** One task on its pictures to choose by, as a sentence. */
export function ChoosingLine(scores: ChoosingLineProps) {
  const said = Object.entries(scores).flatMap(([name, score]: [string, HalfScore | undefined]) =>
    score ? [`${name} ${formatCount(score.correct)} of ${formatCount(score.scored)}`] : [],
  );
  if (said.length === 0) return null;
  return <p className="choosing-line">Right on the pictures to choose by: {said.join(', ')}.</p>;
}
