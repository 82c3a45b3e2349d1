/**
 * What a method can be told, as plain descriptions: the page draws its fields from them, configurations are read, checked
 * and written by them, and the documentation lists them. Names and defaults are FusionBench's.
 */
import { ConfigError } from '../errors';

interface Described {
  readonly name: string;
  /** One sentence for people. */
  readonly description: string;
  /** FusionBench's class has no such option: it ignores it, with a line in its log. A configuration may leave it out. */
  readonly own?: true;
  /** FusionBench's class has `default` itself: a configuration may leave it out. Without this it must give a value. */
  readonly optional?: true;
  /** FusionBench's class has null itself, which a configuration may also say: it stands for `default`. */
  readonly nullable?: true;
  /** Told to a configuration that gives none, or null: a sentence that says why it must, and what else there is. */
  readonly missing?: string;
}

export interface NumberOption extends Described {
  readonly kind: 'number' | 'integer';
  readonly default: number;
  /** Both bounds are allowed values. */
  readonly min?: number;
  readonly max?: number;
  /** The lambda of `theta_0 + lambda * S`: applied after the combination, so a slider can move it. */
  readonly isScalingFactor?: true;
  /** Up to where a scaling factor is worth trying, where that is beyond what is so of task arithmetic. */
  readonly reach?: number;
  /**
   * A configuration may give a list instead, with a value for each expert: weights of the task vectors, as the pool's are, and
   * no scaling factor.
   */
  readonly orPerExpert?: true;
}

export interface BooleanOption extends Described {
  readonly kind: 'boolean';
  readonly default: boolean;
}

export interface ChoiceOption extends Described {
  readonly kind: 'choice';
  readonly choices: readonly string[];
  readonly default: string;
}

/** A number to multiply by, or a rule for one. */
export interface FactorOption extends Described {
  readonly kind: 'factor';
  /** `none` is a configuration's null. */
  readonly rules: readonly ('none' | boolean)[];
  readonly default: Factor;
}

export type Factor = number | boolean | 'none';

export interface NumberListOption extends Described {
  readonly kind: 'number list';
  readonly default: readonly number[];
  /** One value for each expert, in pool order. */
  readonly perExpert: boolean;
}

/** A row for each expert, in pool order, each with one value for all tensors or one for each of them. */
export interface NumberTableOption extends Described {
  readonly kind: 'number table';
  readonly default: NumberTable;
}

export type NumberTable = readonly (readonly number[])[];

export interface StringListOption extends Described {
  readonly kind: 'string list';
  readonly default: readonly string[];
  /** FusionBench takes an empty list for something else than null: a configuration must not give one. */
  readonly neverEmpty?: true;
}

/** Another method with its own options, of which the scaling factor is one like any other. */
export interface AnotherMethodOption extends Described {
  readonly kind: 'method';
  readonly methods: readonly OfferedMethod[];
  readonly default: ChosenMethod;
}

export interface OfferedMethod {
  /** FusionBench's class name. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly options: readonly MethodOption[];
  /** Options to begin with where its defaults would take hours. */
  readonly compared?: MethodOptions;
}

export interface ChosenMethod {
  readonly method: string;
  /** Once resolved all of them. */
  readonly options: MethodOptions;
}

/** An option of FusionBench's class that changes nothing of the result: taken from a configuration, and kept. */
export interface IgnoredOption {
  readonly name: string;
  readonly kind: 'boolean' | 'number' | 'integer' | 'text' | 'anything';
  /** A configuration may leave it out: FusionBench's class has `default` itself, or does not look at it. */
  readonly optional?: true;
  readonly nullable?: true;
  /** Written into a configuration where FusionBench's class must be told. */
  readonly default?: boolean | number | string | null | ReadonlyMap<string, number>;
}

export type MethodOption =
  | NumberOption
  | BooleanOption
  | ChoiceOption
  | FactorOption
  | NumberListOption
  | NumberTableOption
  | StringListOption
  | AnotherMethodOption;

export type OptionValue =
  | number
  | boolean
  | string
  | readonly number[]
  | readonly string[]
  | NumberTable
  | ChosenMethod;

/** Option values by name, as YAML or the page gives them: what is missing has its default. */
export interface MethodOptions {
  readonly [name: string]: OptionValue;
}

/** The value of a described option, typed by its description. */
export type ValueOf<O extends MethodOption> = O extends {
  kind: 'choice';
  choices: readonly (infer C)[];
}
  ? C
  : O extends NumberOption
    ? number
    : O extends BooleanOption
      ? boolean
      : O extends FactorOption
        ? number | O['rules'][number]
        : O extends NumberListOption
          ? readonly number[]
          : O extends NumberTableOption
            ? NumberTable
            : O extends AnotherMethodOption
              ? ChosenMethod
              : readonly string[];

/** The values of described options, typed by their descriptions. */
export type ValuesOf<D extends readonly MethodOption[]> = {
  readonly [O in D[number] as O['name']]: ValueOf<O>;
};

/** What is wrong with options that each for itself are allowed. */
export interface OptionProblem {
  /** The option to change. */
  readonly option: string;
  /** What is wrong and what to do: sentences. */
  readonly problem: string;
}

/** Describes a method's scaling factor. */
export function scalingFactor<const N extends number>(value: N) {
  return {
    name: 'scaling_factor',
    kind: 'number',
    default: value,
    isScalingFactor: true,
    description: 'Multiplies the combined task vector before it is added to the base.',
  } as const;
}

/** The option that is the scaling factor; undefined where a method has none. */
export function findScalingFactor(options: readonly MethodOption[]): NumberOption | undefined {
  return options.find(
    (option): option is NumberOption => option.kind === 'number' && !!option.isScalingFactor,
  );
}

/**
 * A method as another one offers it.
 *
 * @param factor its scaling factor where none is told; its own without
 */
export function offered(method: OfferedMethod, factor?: number): OfferedMethod {
  const { name, title, options, compared } = method;
  const described = options.map((option): MethodOption => {
    if (option.kind !== 'number' || !option.isScalingFactor) return option;
    const value = factor ?? option.default;
    return {
      name: option.name,
      kind: option.kind,
      default: value,
      ...(option.optional && { optional: true }),
      ...(option.own && { own: true }),
      description: option.description,
    };
  });
  return { name, title, options: described, ...(compared && { compared }) };
}

/** The method with its defaults. */
export function withDefaults({ name, options }: OfferedMethod): ChosenMethod {
  return {
    method: name,
    options: Object.fromEntries(options.map((option) => [option.name, option.default])),
  };
}

/** Of methods on matrices: what they leave of each task vector is small, and the best factor is the larger for it. */
export const MATRIX_REACH = 4;

/** Describes tensors that a method on matrices leaves to the mean. */
export const EXCLUDE_KEYS = {
  name: 'exclude_keys',
  kind: 'string list',
  default: [],
  nullable: true,
  description: 'Matrices that become the plain mean of the task vectors, as all other tensors do.',
} as const;

/**
 * Checks values against their descriptions and fills in the defaults. Throws ConfigError with the option's name, its
 * value and what is allowed.
 */
export function resolveOptions(
  method: string,
  described: readonly MethodOption[],
  given: MethodOptions = {},
): MethodOptions {
  const names = described.map(({ name }) => name);
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const known = names.length > 0 ? `it has ${names.join(', ')}` : 'it has none';
    throw new ConfigError(`${method} has no option ${name}; ${known}.`);
  }
  return Object.fromEntries(
    described.map((option) => {
      const told = given[option.name] ?? option.default;
      const value = option.kind === 'method' ? completed(method, option, told) : told;
      const wanted = objection(option, value);
      if (wanted) {
        throw new ConfigError(
          `${method}: ${option.name} is ${shown(value)}, but must be ${wanted}.`,
        );
      }
      return [option.name, value];
    }),
  );
}

/** Another method with all of its options; whatever else it is stays as it is. */
function completed(
  method: string,
  { name, methods }: AnotherMethodOption,
  value: OptionValue,
): OptionValue {
  const chosen = isChosenMethod(value) ? value : null;
  const found = methods.find((offer) => offer.name === chosen?.method);
  if (!chosen || !found) return value;
  const place = `${method}: ${name}: ${found.name}`;
  return { method: found.name, options: resolveOptions(place, found.options, chosen.options) };
}

export function isChosenMethod(value: OptionValue): value is ChosenMethod {
  return typeof value === 'object' && !Array.isArray(value);
}

/** The defaults for a pool of `experts` models: lists with one value per expert repeat or drop values to fit. */
export function defaultOptions(described: readonly MethodOption[], experts: number): MethodOptions {
  return Object.fromEntries(
    described.map((option) => {
      return [
        option.name,
        isPerExpert(option) ? repeated(option.default, experts) : option.default,
      ];
    }),
  );
}

/** Whether its value is a list with one item for each expert. */
export function isPerExpert(option: MethodOption): option is NumberListOption | NumberTableOption {
  return option.kind === 'number table' || (option.kind === 'number list' && option.perExpert);
}

function repeated(values: readonly number[] | NumberTable, experts: number): OptionValue {
  return Array.from({ length: experts }, (_, i) => values[i % values.length]) as OptionValue;
}

/** Why options do not fit together, as an error of `method`. */
export function problemText(
  method: string,
  { option, problem }: OptionProblem,
  options: MethodOptions,
): string {
  const value = options[option];
  const place = value === undefined ? option : `${option} is ${shown(value)}`;
  return `${method}: ${place}; ${problem}`;
}

/** What a value must be instead; null where it is right. */
function objection(option: MethodOption, value: OptionValue): string | null {
  switch (option.kind) {
    case 'number':
    case 'integer':
      return inRange(option, value) ? null : rangeText(option);
    case 'boolean':
      return typeof value === 'boolean' ? null : 'true or false';
    case 'choice':
      return option.choices.some((choice) => choice === value)
        ? null
        : `one of ${option.choices.join(', ')}`;
    case 'factor':
      return option.rules.some((rule) => rule === value) || Number.isFinite(value)
        ? null
        : `a finite number or ${option.rules.join(', ')}`;
    case 'number list':
      return isListOf(value, Number.isFinite) ? null : 'a list of finite numbers';
    case 'number table':
      return isListOf(value, (row) => isListOf(row, Number.isFinite))
        ? null
        : 'a list of lists of finite numbers';
    case 'string list':
      return isListOf(value, (item) => typeof item === 'string') ? null : 'a list of texts';
    case 'method': {
      const names = option.methods.map(({ name }) => name);
      return isChosenMethod(value) && names.includes(value.method)
        ? null
        : `one of ${names.join(', ')} with its options`;
    }
  }
}

/** More values of a list than anybody reads. */
const MOST_SHOWN = 20;

function shown(value: OptionValue): string {
  if (Array.isArray(value)) {
    const more = value.length > MOST_SHOWN ? ', ...' : '';
    return `[${value.slice(0, MOST_SHOWN).map(shown).join(', ')}${more}]`;
  }
  if (isChosenMethod(value)) return value.method;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function inRange({ kind, min, max }: NumberOption, value: OptionValue): boolean {
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  if (kind === 'integer' && !Number.isSafeInteger(value)) return false;
  return value >= (min ?? -Infinity) && value <= (max ?? Infinity);
}

function rangeText({ kind, min, max }: NumberOption): string {
  const what = kind === 'integer' ? 'a whole number' : 'a finite number';
  if (min !== undefined && max !== undefined) return `${what} from ${min} to ${max}`;
  if (min !== undefined) return `${what} of at least ${min}`;
  return max === undefined ? what : `${what} of at most ${max}`;
}

function isListOf(value: unknown, test: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => test(item));
}
