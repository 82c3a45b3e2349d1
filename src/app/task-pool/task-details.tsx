import { useState } from 'react';
import type { TaskView } from '../../state/types';
import { useCommands, useSnapshot } from '../context';
import { formatMany } from '../format';
import { Origin } from '../names/origin';
import { SplitChoice } from '../search/split-choice';
import { Term } from '../tips/term';
import { ConfirmDialog } from '../ui/confirm-dialog';
import { FindingList } from '../ui/finding-list';
import { RenameDialog } from '../ui/rename-dialog';
import { OwnExpert } from './own-expert';
import { PromptsDialog } from './prompts-dialog';
import type { Sample } from './samples';

interface TaskDetailsProps {
  readonly task: TaskView;
  readonly samples: readonly Sample[];
}

/** Pictures, classes and prompts of one task, and what can be done with it. */
export function TaskDetails({ task, samples }: TaskDetailsProps) {
  const { editTask } = useCommands();
  const [asks, setAsks] = useState<'prompts' | 'rename' | 'remove' | null>(null);
  const tasks = useSnapshot((snapshot) => snapshot.tasks);
  const { id, name } = task;
  return (
    <div className="row-details">
      <FindingList findings={task.findings} />
      <ul className="samples" aria-label={`Pictures of ${name}`}>
        {samples.map((sample) => (
          <li key={sample.address}>
            <img
              src={sample.address}
              alt={sample.classname}
              title={`${sample.classname} (${sample.name})`}
            />
          </li>
        ))}
      </ul>
      <dl className="facts">
        <dt>Name</dt>
        <dd>
          <bdi>{name}</bdi>
        </dd>
        <Origin source={task.source} />
        <dt>Classes</dt>
        <dd>{task.classnames.join(', ')}</dd>
        <dt>
          Prompts of the <Term id="zero-shot-head">zero-shot head</Term>
        </dt>
        <dd>
          {task.templates.map((template) => (
            <div key={template}>{template}</div>
          ))}
        </dd>
        <dt>
          <Term id="choosing">To choose by</Term>
        </dt>
        <dd>
          <SplitChoice label={`Pictures of ${name} to choose by`} tasks={[task]} of={id} />
          {task.split && (
            <div>
              {formatMany(task.split.choosing, 'image')}, to report on{' '}
              {formatMany(task.split.reporting, 'image')} (random_seed {task.split.seed} of
              train_validation_split)
            </div>
          )}
        </dd>
        <dt>
          Own <Term id="expert">expert</Term>
        </dt>
        <dd>
          <OwnExpert task={task} />
        </dd>
      </dl>
      <div className="row-actions">
        <button type="button" onClick={() => setAsks('prompts')}>
          Edit classes and prompts
        </button>
        <button type="button" onClick={() => setAsks('rename')}>
          Rename
        </button>
        <button type="button" onClick={() => setAsks('remove')}>
          Remove
        </button>
      </div>
      {asks === 'prompts' && <PromptsDialog task={task} onClose={() => setAsks(null)} />}
      {asks === 'rename' && (
        <RenameDialog
          name={name}
          taken={tasks.filter((other) => other.id !== id).map((other) => other.name)}
          hint="The expert of the same name is this task’s own expert."
          onRename={(changed) => editTask({ type: 'rename', id, name: changed })}
          onClose={() => setAsks(null)}
        />
      )}
      {asks === 'remove' && (
        <ConfirmDialog
          title={`Remove ${name}?`}
          action="Remove"
          onConfirm={() => editTask({ type: 'remove', id })}
          onClose={() => setAsks(null)}
        >
          Its {formatMany(task.imageCount, 'image')} are deleted from this browser’s library. Your
          own files are not touched.
        </ConfirmDialog>
      )}
    </div>
  );
}
