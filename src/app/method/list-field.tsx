import { useState } from 'react';

interface ListFieldProps {
  readonly id: string;
  readonly value: readonly string[];
  /** Called when the field is left or Enter is pressed, with the parts between commas. */
  readonly onValue: (value: string[]) => void;
}

/** A list typed with commas between its values. */
export function ListField({ id, value, onValue }: ListFieldProps) {
  const shown = value.join(', ');
  const [draft, setDraft] = useState<string | null>(null);
  const leave = () => {
    if (draft !== null && draft !== shown) {
      const parts = draft.split(',').map((part) => part.trim());
      onValue(parts.filter((part) => part !== ''));
    }
    setDraft(null);
  };
  return (
    <input
      id={id}
      type="text"
      value={draft ?? shown}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={leave}
      onKeyDown={(event) => {
        if (event.key === 'Enter') leave();
      }}
    />
  );
}
