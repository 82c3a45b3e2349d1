import { type KeyboardEvent, type SelectHTMLAttributes, useRef, useState } from 'react';

interface ChoiceProps
  extends Omit<
    SelectHTMLAttributes<HTMLSelectElement>,
    'value' | 'onChange' | 'onKeyDown' | 'onBlur' | 'onPointerDown'
  > {
  readonly value: string;
  readonly onChoose: (value: string) => void;
}

/**
 * A select that acts when its option is confirmed: chosen from the open list, or passed to with the keys and confirmed by
 * Enter or by leaving. Escape goes back. The arrow keys alone would act at every option on the way.
 */
export function Choice({ value, onChoose, children, className, ...attributes }: ChoiceProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const keyed = useRef(false);
  const confirm = (wanted: string | null) => {
    keyed.current = false;
    setDraft(null);
    if (wanted !== null && wanted !== value) onChoose(wanted);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') confirm(draft);
    else if (event.key === 'Escape' && draft !== null) {
      event.preventDefault();
      confirm(null);
    } else if (event.key !== 'Tab') keyed.current = true;
  };
  return (
    <select
      {...attributes}
      className={[className, draft !== null && 'unconfirmed'].filter(Boolean).join(' ')}
      value={draft ?? value}
      onKeyDown={onKeyDown}
      onPointerDown={() => {
        keyed.current = false;
      }}
      onBlur={() => confirm(draft)}
      onChange={({ target }) => {
        if (keyed.current) setDraft(target.value);
        else confirm(target.value);
      }}
    >
      {children}
    </select>
  );
}
