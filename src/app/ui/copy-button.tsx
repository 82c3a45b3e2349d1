import { useState } from 'react';
import { Icon } from './icon';

/** Copies a text; says whether it worked in its own name, which screen readers read out again. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [outcome, setOutcome] = useState<'idle' | 'copied' | 'refused'>('idle');
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setOutcome('copied'),
      () => setOutcome('refused'),
    );
  };
  const names = { idle: label, copied: 'Copied', refused: 'The browser refused to copy' };
  return (
    <button
      type="button"
      className="quiet icon-button"
      aria-label={names[outcome]}
      title={names[outcome]}
      onClick={copy}
      onBlur={() => setOutcome('idle')}
    >
      <Icon name={outcome === 'copied' ? 'check' : 'copy'} />
    </button>
  );
}
