import { useId } from 'react';
import type { MethodOption, OptionValue } from '../../state/types';
import { parseNumber } from '../../state/url';
import { Choice } from '../ui/choice';
import { NumberField } from '../ui/number-field';
import { useEdited } from '../use-edited';
import { FactorField } from './factor-field';
import { ListField } from './list-field';
import { TableField } from './table-field';

interface OptionFieldProps {
  readonly option: MethodOption;
  readonly value: OptionValue;
  readonly onValue: (value: OptionValue) => Promise<void>;
}

/** The field for one option of a method, by the kind of value it takes. */
export function OptionField({ option, value: held, onValue: send }: OptionFieldProps) {
  const id = useId();
  const [value, onValue] = useEdited(held, send);
  const label = option.name.replaceAll('_', ' ');
  if (option.kind === 'boolean') {
    return (
      <label className="method-option" data-tip={option.description}>
        <input
          type="checkbox"
          aria-description={option.description}
          checked={value === true}
          onChange={(event) => onValue(event.target.checked)}
        />
        <span>{label}</span>
      </label>
    );
  }
  return (
    <div className="method-option" data-tip={option.description}>
      <label htmlFor={id}>{label}</label>
      <Field id={id} label={label} option={option} value={value} onValue={onValue} />
    </div>
  );
}

interface FieldProps extends Pick<OptionFieldProps, 'option' | 'value'> {
  readonly id: string;
  readonly label: string;
  readonly onValue: (value: OptionValue) => void;
}

function Field({ id, label, option, value, onValue }: FieldProps) {
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
          aria-description={option.description}
          whole={option.kind === 'integer'}
          when="left"
          onValue={onValue}
        />
      );
    case 'choice':
      return (
        <Choice
          id={id}
          aria-description={option.description}
          value={String(value)}
          onChoose={onValue}
        >
          {option.choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </Choice>
      );
    case 'factor':
      return <FactorField id={id} label={label} option={option} value={value} onValue={onValue} />;
    case 'number table':
      return <TableField id={id} value={value} />;
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
