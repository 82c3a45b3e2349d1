import { useId } from 'react';
import type { MethodOption, OptionValue } from '../../state/types';
import { parseNumber } from '../../state/url';
import { NumberField } from '../ui/number-field';
import { ListField } from './list-field';

interface OptionFieldProps {
  readonly option: MethodOption;
  readonly value: OptionValue;
  readonly onValue: (value: OptionValue) => void;
}

/** The field for one option of a method, by the kind of value it takes. */
export function OptionField({ option, value, onValue }: OptionFieldProps) {
  const id = useId();
  const label = option.name.replaceAll('_', ' ');
  if (option.kind === 'boolean') {
    return (
      <label className="method-option" title={option.description}>
        <input
          type="checkbox"
          checked={value === true}
          onChange={(event) => onValue(event.target.checked)}
        />
        <span>{label}</span>
      </label>
    );
  }
  return (
    <div className="method-option" title={option.description}>
      <label htmlFor={id}>{label}</label>
      <Field id={id} label={label} option={option} value={value} onValue={onValue} />
    </div>
  );
}

function Field({
  id,
  label,
  option,
  value,
  onValue,
}: OptionFieldProps & { readonly id: string; readonly label: string }) {
  switch (option.kind) {
    case 'number':
    case 'integer':
      return (
        <NumberField
          id={id}
          label={label}
          value={Number(value)}
          min={option.min}
          max={option.max}
          when="left"
          onValue={onValue}
        />
      );
    case 'choice':
      return (
        <select id={id} value={String(value)} onChange={(event) => onValue(event.target.value)}>
          {option.choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      );
    case 'number list':
      return (
        <ListField
          id={id}
          value={(value as readonly number[]).map(String)}
          onValue={(texts) => {
            const numbers = texts.map(parseNumber);
            if (numbers.every((number) => number !== null)) onValue(numbers);
          }}
        />
      );
    case 'string list':
      return <ListField id={id} value={value as readonly string[]} onValue={onValue} />;
    case 'boolean':
      return null;
  }
}
