import type { SplitShare, TaskView } from '../../state/types';
import { useCommands } from '../context';
import { Choice } from '../ui/choice';

const SHARES: readonly SplitShare[] = [0.2, 0.5];

interface SplitChoiceProps {
  readonly id?: string;
  readonly label: string;
  /** The tasks that it sets; where they differ it says so. */
  readonly tasks: readonly TaskView[];
  /** Sets this task alone; every task where it is missing. */
  readonly of?: string;
  readonly disabled?: boolean;
}

/** How much of a task's pictures is set apart to choose by. */
export function SplitChoice({ id, label, tasks, of, disabled = false }: SplitChoiceProps) {
  const { editTask } = useCommands();
  const shares = new Set(tasks.map(({ split }) => split?.share ?? null));
  const [share = null] = shares;
  const differ = shares.size > 1;
  return (
    <Choice
      id={id}
      aria-label={label}
      disabled={disabled}
      value={differ ? 'differ' : textOf(share)}
      onChoose={(text) => {
        const wanted = SHARES.find((each) => textOf(each) === text) ?? null;
        void editTask({ type: 'setSplit', id: of ?? null, split: wanted });
      }}
    >
      {differ && (
        <option value="differ" disabled>
          differs
        </option>
      )}
      <option value="none">none</option>
      {SHARES.map((each) => (
        <option key={each} value={textOf(each)}>
          {textOf(each)}
        </option>
      ))}
    </Choice>
  );
}

function textOf(share: SplitShare | null): string {
  return share === null ? 'none' : `${share * 100} %`;
}
