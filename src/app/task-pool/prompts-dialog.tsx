import { type FormEvent, useState } from 'react';
import { checkPrompts, fillTemplate, toLines } from '../../state/prompts';
import type { TaskView } from '../../state/types';
import { useCommands } from '../context';
import { Dialog } from '../ui/dialog';

interface PromptsDialogProps {
  readonly task: TaskView;
  readonly onClose: () => void;
}

/** Edits class names and prompt templates as text, one per line. Saving recomputes the zero-shot head. */
export function PromptsDialog({ task, onClose }: PromptsDialogProps) {
  const { editTask } = useCommands();
  const [classText, setClassText] = useState(task.classnames.join('\n'));
  const [templateText, setTemplateText] = useState(task.templates.join('\n'));
  const prompts = { classnames: toLines(classText), templates: toLines(templateText) };
  const problems = checkPrompts(prompts, task.classCounts.length);
  const blocked = problems.classnames !== null || problems.templates !== null;
  const [example] = prompts.templates;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (blocked) return;
    if (await editTask({ type: 'setPrompts', id: task.id, ...prompts })) onClose();
  };
  return (
    <Dialog title={`Classes and prompts of ${task.name}`} onClose={onClose} wide>
      <form onSubmit={submit}>
        <div className="prompts">
          <label className="field">
            <span>Class names</span>
            <textarea
              rows={12}
              spellCheck={false}
              value={classText}
              aria-invalid={problems.classnames !== null}
              onChange={(event) => setClassText(event.target.value)}
            />
            <small>One per line, in label order.</small>
          </label>
          <label className="field">
            <span>Prompt templates</span>
            <textarea
              rows={12}
              spellCheck={false}
              value={templateText}
              aria-invalid={problems.templates !== null}
              onChange={(event) => setTemplateText(event.target.value)}
            />
            <small>
              One per line, with <code>{'{}'}</code> or <code>{'{c}'}</code> where the class name
              goes.
            </small>
          </label>
        </div>
        <div aria-live="polite">
          {problems.classnames !== null && <p className="field-problem">{problems.classnames}</p>}
          {problems.templates !== null && <p className="field-problem">{problems.templates}</p>}
          {!blocked && example !== undefined && (
            <p className="prompts-example">
              The text tower reads “{fillTemplate(example, prompts.classnames[0] ?? '')}”.
            </p>
          )}
        </div>
        <div className="dialog-actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="primary" disabled={blocked}>
            Save and score again
          </button>
        </div>
      </form>
    </Dialog>
  );
}
