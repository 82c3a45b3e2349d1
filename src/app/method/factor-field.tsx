import type { FactorOption, OptionValue } from '../../state/types';
import { Choice } from '../ui/choice';
import { NumberField } from '../ui/number-field';

interface FactorFieldProps {
  readonly id: string;
  readonly label: string;
  readonly option: FactorOption;
  readonly value: OptionValue;
  readonly onValue: (value: OptionValue) => void;
}

/** A factor: a rule for it, or a number of its own. */
export function FactorField({ id, label, option, value, onValue }: FactorFieldProps) {
  const isNumber = typeof value === 'number';
  const choose = (rule: string) => {
    if (rule === 'number') onValue(FIRST_NUMBER);
    else onValue(rule === 'none' ? rule : rule === 'true');
  };
  return (
    <>
      <Choice
        id={id}
        aria-description={option.description}
        value={isNumber ? 'number' : String(value)}
        onChoose={choose}
      >
        {[...option.rules.map(String), 'number'].map((rule) => (
          <option key={rule}>{rule}</option>
        ))}
      </Choice>
      {isNumber && (
        <NumberField
          label={`${label} factor`}
          aria-label={`${label} factor`}
          value={value}
          when="left"
          onValue={onValue}
        />
      )}
    </>
  );
}

/** Not 1, which FusionBench takes for true. */
const FIRST_NUMBER = 2;
