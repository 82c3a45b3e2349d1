/** Values that a method allows and that are not its defaults: what becomes of them shows whether they are carried. */
import type { MethodOption, MethodOptions, NumberOption, OptionValue } from '../options';
import type { Method } from '../types';

/** @param experts - number of models in the pool */
export function otherOptions({ options }: Pick<Method, 'options'>, experts: number): MethodOptions {
  return Object.fromEntries(options.map((option) => [option.name, otherValue(option, experts)]));
}

function otherValue(option: MethodOption, experts: number): OptionValue {
  switch (option.kind) {
    case 'number':
    case 'integer':
      return otherNumber(option);
    case 'boolean':
      return !option.default;
    case 'choice':
      return option.choices.find((choice) => choice !== option.default) ?? option.default;
    case 'factor':
      return -0.75;
    case 'number table':
      return Array.from({ length: experts }, (_, place) => [0.125 - 0.75 * place]);
    case 'number list':
      return Array.from({ length: experts }, (_, place) => 0.125 - 0.75 * place);
    case 'method': {
      const other = option.methods.find(({ name }) => name !== option.default.method);
      return other ? { method: other.name, options: otherOptions(other, experts) } : option.default;
    }
    case 'string list':
      // Texts that would be something else without quotes.
      return ['embeddings.class_embedding', 'yes', '1e5'];
  }
}

function otherNumber({ kind, default: usual, min = -Infinity, max = Infinity }: NumberOption) {
  const step = kind === 'integer' ? 7 : 0.125;
  const other = usual + step <= max ? usual + step : usual - step;
  return Math.min(max, Math.max(min, other));
}
