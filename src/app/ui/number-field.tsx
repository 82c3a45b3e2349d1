import { type InputHTMLAttributes, type KeyboardEvent, useId, useState } from 'react';
import { parseNumber } from '../../state/url';

interface NumberFieldProps
  extends Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange' | 'type'> {
  readonly label: string;
  readonly value: number;
  readonly format?: (value: number) => string;
  /** Pass every number on while it is typed, or only when Enter is pressed or the field is left. */
  readonly when: 'typed' | 'left';
  readonly onValue: (value: number) => void;
}

/** A text that is being typed, and the value that it was typed over. */
interface Draft {
  readonly text: string;
  readonly over: number;
}

/**
 * A field for any finite number. What cannot be read as one leaves the last value in force and says so; when the field is
 * left it shows that value again. A value that changes elsewhere takes the place of what was typed.
 */
export function NumberField(props: NumberFieldProps) {
  const { label, value, format = String, when, onValue, ...attributes } = props;
  const [draft, setDraft] = useState<Draft | null>(null);
  const [problemOver, setProblemOver] = useState<number | null>(null);
  const problem = problemOver === value;
  const problemId = useId();
  const drafted = draft === null ? null : parseNumber(draft.text);
  const showsDraft = draft !== null && (value === draft.over || value === drafted);

  const type = (text: string) => {
    const parsed = parseNumber(text);
    setDraft({ text, over: value });
    setProblemOver(parsed === null ? value : null);
    if (when === 'typed' && parsed !== null) onValue(parsed);
  };
  const leave = () => {
    if (when === 'left' && showsDraft && drafted !== null && drafted !== value) onValue(drafted);
    else setDraft(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') leave();
  };
  return (
    <span className="number-field">
      <input
        {...attributes}
        type="number"
        aria-label={label}
        aria-invalid={problem}
        aria-describedby={problem ? problemId : undefined}
        value={showsDraft ? draft.text : format(value)}
        onChange={(event) => type(event.target.value)}
        onFocus={() => setProblemOver(null)}
        onBlur={leave}
        onKeyDown={onKeyDown}
      />
      {problem && (
        <span id={problemId} className="number-problem" role="alert">
          Not a finite number: {format(value)} stays in force.
        </span>
      )}
    </span>
  );
}
