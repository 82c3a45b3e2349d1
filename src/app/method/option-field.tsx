import { useId } from 'react';
import type {
  AnotherMethodOption,
  ChosenMethod,
  MethodOption,
  OptionValue,
} from '../../state/types';
import { parseNumber } from '../../state/url';
import { Choice } from '../ui/choice';
import { NumberField } from '../ui/number-field';
import { useEdited } from '../use-edited';
import { FactorField } from './factor-field';
import { ListField } from './list-field';
import { TableField } from './table-field';

interface OptionFieldProps {
  readonly option: MethodOption;
  /** Whose option it is, where that is another method's. */
  readonly of?: string;
  readonly value: OptionValue;
  readonly onValue: (value: OptionValue) => Promise<void>;
}

/** The field for one option of a method, by the kind of value it takes; another method comes with the fields of its own. */
export function OptionField({ option, of, value: held, onValue: send }: OptionFieldProps) {
  const id = useId();
  const [value, onValue] = useEdited(held, send);
  const own = option.name.replaceAll('_', ' ');
  const label = of === undefined ? own : `${of} ${own}`;
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
  if (option.kind === 'method') {
    return <AnotherMethod id={id} label={label} option={option} value={value} onValue={send} />;
  }
  return (
    <div className="method-option" data-tip={option.description}>
      <label htmlFor={id}>{label}</label>
      <Field id={id} label={label} option={option} value={value} onValue={onValue} />
    </div>
  );
}

interface AnotherMethodProps extends Pick<OptionFieldProps, 'value' | 'onValue'> {
  readonly id: string;
  readonly label: string;
  readonly option: AnotherMethodOption;
}

function AnotherMethod({ id, label, option, value, onValue }: AnotherMethodProps) {
  const { method, options } = isMethod(value) ? value : option.default;
  const described = option.methods.find(({ name }) => name === method)?.options ?? [];
  return (
    <>
      <div className="method-option" data-tip={option.description}>
        <label htmlFor={id}>{label}</label>
        <Choice
          id={id}
          aria-description={option.description}
          value={method}
          onChoose={(name) => void onValue(beginning(option, name))}
        >
          {option.methods.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </Choice>
      </div>
      {described.map((each) => (
        <OptionField
          key={`${method} ${each.name}`}
          option={each}
          of={label}
          value={options[each.name] ?? each.default}
          onValue={(changed) => onValue({ method, options: { ...options, [each.name]: changed } })}
        />
      ))}
    </>
  );
}

function beginning({ methods }: AnotherMethodOption, name: string): ChosenMethod {
  return { method: name, options: methods.find((method) => method.name === name)?.compared ?? {} };
}

function isMethod(value: OptionValue): value is ChosenMethod {
  return typeof value === 'object' && !Array.isArray(value);
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
    case 'method':
      return null;
  }
}
