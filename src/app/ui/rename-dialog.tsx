import { type FormEvent, useState } from 'react';
import { Dialog } from './dialog';

interface RenameDialogProps {
  readonly name: string;
  /** Names that are taken by others. */
  readonly taken: readonly string[];
  /** What the name is good for, one sentence. */
  readonly hint: string;
  readonly onRename: (name: string) => void;
  readonly onClose: () => void;
}

export function RenameDialog({ name, taken, hint, onRename, onClose }: RenameDialogProps) {
  const [text, setText] = useState(name);
  const wanted = text.trim();
  const problem = problemWith(wanted, taken);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (problem !== null) return;
    if (wanted !== name) onRename(wanted);
    onClose();
  };
  return (
    <Dialog title={`Rename ${name}`} onClose={onClose}>
      <form onSubmit={submit}>
        <label className="field">
          <span>Name</span>
          <input
            type="text"
            value={text}
            aria-invalid={problem !== null}
            aria-describedby="rename-hint"
            onChange={(event) => setText(event.target.value)}
          />
          <small id="rename-hint">{hint}</small>
        </label>
        {problem !== null && <p className="field-problem">{problem}</p>}
        <div className="dialog-actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="primary" disabled={problem !== null}>
            Rename
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function problemWith(name: string, taken: readonly string[]): string | null {
  if (name === '') return 'A name is needed.';
  return taken.includes(name) ? `“${name}” is taken already.` : null;
}
