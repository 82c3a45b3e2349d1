import { useState } from 'react';
import { useCommands, usePage, useSnapshot } from '../context';
import { Icon } from '../ui/icon';
import './merge-tools.css';

/** Back, forth, and a link: what can be done with the merge as a whole. */
export function MergeTools() {
  const { undo: undoes, redo: redoes } = usePage((state) => state.history);
  const mergeable = useSnapshot((snapshot) => snapshot.pool.mergeable);
  const { undo, redo } = useCommands();
  return (
    <div className="merge-tools">
      <Travel name="undo" label="Undo" what={undoes} keys="Ctrl+Z" onTravel={undo} />
      <Travel name="redo" label="Redo" what={redoes} keys="Ctrl+Shift+Z" onTravel={redo} />
      <CopyLink disabled={!mergeable} />
    </div>
  );
}

interface TravelProps {
  readonly name: 'undo' | 'redo';
  readonly label: string;
  /** What it would take back; null where there is nothing. */
  readonly what: string | null;
  readonly keys: string;
  readonly onTravel: () => Promise<void>;
}

/** Never truly disabled: the last step would take the focus with it. */
function Travel({ name, label, what, keys, onTravel }: TravelProps) {
  return (
    <button
      type="button"
      className="quiet icon-button"
      aria-label={what === null ? label : `${label}: ${what}`}
      aria-disabled={what === null}
      aria-keyshortcuts={keys.replace('Ctrl', 'Control')}
      data-tip={what === null ? `Nothing to ${name} (${keys})` : `${label}: ${what} (${keys})`}
      onClick={() => what !== null && onTravel()}
    >
      <Icon name={name} />
    </button>
  );
}

function CopyLink({ disabled }: { disabled: boolean }) {
  const { copyLink } = useCommands();
  const [copied, setCopied] = useState(false);
  return (
    <button
      type="button"
      className="quiet copy-link"
      disabled={disabled}
      data-tip="A link with method, options, factor, weights, and the names and SHA-256 of the models. It holds none of their contents, and opens wherever they are."
      onClick={async () => setCopied(await copyLink())}
      onBlur={() => setCopied(false)}
    >
      <Icon name={copied ? 'check' : 'link'} />
      <span>{copied ? 'Copied' : 'Copy link'}</span>
    </button>
  );
}
