import { type InputHTMLAttributes, type KeyboardEvent, useId, useState } from 'react';
import { parseNumber } from '../../state/url';

interface NumberFieldProps
  extends Omit<
    InputHTMLAttributes<HTMLInputElement>,
    'value' | 'onChange' | 'type' | 'min' | 'max'
  > {
  readonly label: string;
  readonly value: number;
  readonly format?: (value: number) => string;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** Integers only. */
  readonly whole?: boolean;
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
 * A field for a finite number. What is none, or not within the bounds, leaves the last value in force and says so; when
 * the field is left it shows that value again. A value that changes elsewhere takes the place of what was typed.
 */
export function NumberField(props: NumberFieldProps) {
  const { label, value, format = String, when, onValue, whole = false, ...attributes } = props;
  const [draft, setDraft] = useState<Draft | null>(null);
  const [trouble, setTrouble] = useState<{ what: string; over: number } | null>(null);
  const problem = trouble?.over === value ? trouble.what : null;
  const problemId = useId();
  const read = (text: string) => {
    const parsed = parseNumber(text);
    return { parsed, what: problemOf(parsed, whole, attributes) };
  };
  const typed = draft === null ? null : read(draft.text);
  const drafted = typed?.what === null ? typed.parsed : null;
  const showsDraft = draft !== null && (value === draft.over || value === drafted);

  const type = (text: string) => {
    const { parsed, what } = read(text);
    setDraft({ text, over: value });
    setTrouble(what === null ? null : { what, over: value });
    if (when === 'typed' && parsed !== null && what === null) onValue(parsed);
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
        aria-invalid={problem !== null}
        aria-describedby={problem !== null ? problemId : undefined}
        value={showsDraft ? draft.text : format(value)}
        onChange={(event) => type(event.target.value)}
        onFocus={() => setTrouble(null)}
        onBlur={leave}
        onKeyDown={onKeyDown}
      />
      {problem !== null && (
        <span id={problemId} className="number-problem" role="alert">
          {problem}: {format(value)} stays in force.
        </span>
      )}
    </span>
  );
}

function problemOf(
  value: number | null,
  whole: boolean,
  {
    min = Number.NEGATIVE_INFINITY,
    max = Number.POSITIVE_INFINITY,
  }: Pick<NumberFieldProps, 'min' | 'max'>,
): string | null {
  if (value === null) return 'Not a finite number';
  if (whole && !Number.isInteger(value)) return 'Not a whole number';
  if (value < min) return `Less than ${min}`;
  if (value > max) return `More than ${max}`;
  return null;
}
