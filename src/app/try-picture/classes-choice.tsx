import { useId } from 'react';
import { type TryDraft, typedProblem } from '../../state/try-picture';
import { useSnapshot } from '../context';
import { Choice } from '../ui/choice';

/** In place of an id; ids are never empty. */
const NONE = '';

interface ClassesChoiceProps {
  readonly draft: TryDraft;
  readonly onChange: (draft: TryDraft) => void;
}

/** Between which classes the models choose, and which expert is asked beside pretrained and merged. */
export function ClassesChoice({ draft, onChange }: ClassesChoiceProps) {
  const tasks = useSnapshot((snapshot) => snapshot.tasks);
  const models = useSnapshot((snapshot) => snapshot.pool.models);
  const experts = models.filter(({ role }) => role === 'expert');
  const task = tasks.find(({ id }) => id === draft.taskId);
  const expert = experts.some(({ id }) => id === draft.expert) ? draft.expert : null;
  const problem = task ? null : typedProblem(draft);
  const problemId = useId();
  const own = task?.expert ?? null;
  return (
    <div className="try-classes">
      <label className="field">
        <span>Classes</span>
        <Choice
          value={task?.id ?? NONE}
          onChoose={(id) => onChange({ ...draft, taskId: id === NONE ? null : id })}
        >
          {tasks.map(({ id, name }) => (
            <option key={id} value={id}>
              of {name}
            </option>
          ))}
          <option value={NONE}>typed here</option>
        </Choice>
      </label>
      {experts.length > 0 && (
        <label className="field">
          <span>Expert</span>
          <Choice
            value={expert ?? NONE}
            onChoose={(id) => onChange({ ...draft, expert: id === NONE ? null : id })}
          >
            <option value={NONE}>{own === null ? 'none' : `${own}, the task’s own`}</option>
            {experts.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Choice>
        </label>
      )}
      {!task && (
        <>
          <label className="field">
            <span>Class names</span>
            <textarea
              rows={4}
              spellCheck={false}
              value={draft.names}
              aria-invalid={problem !== null && draft.names !== ''}
              aria-describedby={problemId}
              onChange={(event) => onChange({ ...draft, names: event.target.value })}
            />
          </label>
          <label className="field">
            <span>Template</span>
            <input
              type="text"
              spellCheck={false}
              value={draft.template}
              onChange={(event) => onChange({ ...draft, template: event.target.value })}
            />
          </label>
          <p id={problemId} className="try-hint" aria-live="polite">
            {problem ?? 'Class names are read by the text tower; it takes a moment.'}
          </p>
        </>
      )}
    </div>
  );
}
