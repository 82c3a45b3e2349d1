/** The kinds of values that options have. */
import * as v from 'valibot';
import { nearestName } from '../../hydra/values/nearest';
import { describe } from './reading';
import { ignoring } from './without-effect';

function expected(what: string) {
  return (issue: v.BaseIssue<unknown>): string => {
    const quoted =
      typeof issue.input === 'string' &&
      issue.input.trim() !== '' &&
      Number.isFinite(Number(issue.input));
    const hint = quoted && what.includes('number') ? ' Leave the quotes out.' : '';
    return `${what} is expected, but it is ${describe(issue.input)}.${hint}`;
  };
}

export const flag = v.boolean(expected('true or false'));

export const text = v.pipe(
  v.string(expected('a text')),
  v.check((value) => value !== '???', 'it has to be given (???), and nothing is.'),
);

export const finiteNumber = v.pipe(
  v.number(expected('a finite number')),
  v.finite(expected('a finite number')),
);

export const wholeNumber = v.pipe(
  v.number(expected('a whole number')),
  v.safeInteger(expected('a whole number')),
);

export const countingNumber = v.pipe(
  wholeNumber,
  v.minValue(1, expected('a whole number of at least 1')),
);

/** A finite number between two, both allowed. */
export function numberBetween(from: number, to: number) {
  return numberWithin({ kind: 'number', min: from, max: to });
}

/** A part of a whole that leaves something of it. */
export const openShare = v.pipe(
  numberBetween(0, 1),
  v.check((share) => share > 0 && share < 1, 'a share between 0 and 1 is expected, such as 0.2.'),
);

interface Bounds {
  readonly kind: 'number' | 'integer';
  /** Both are allowed values. */
  readonly min?: number;
  readonly max?: number;
}

/** A finite or whole number within the bounds that there are. */
export function numberWithin({ kind, min, max }: Bounds) {
  const message = expected(boundsText({ kind, min, max }));
  return v.pipe(
    v.number(message),
    kind === 'integer' ? v.safeInteger(message) : v.finite(message),
    v.minValue(min ?? -Infinity, message),
    v.maxValue(max ?? Infinity, message),
  );
}

function boundsText({ kind, min, max }: Bounds): string {
  const what = kind === 'integer' ? 'a whole number' : 'a number';
  if (min !== undefined && max !== undefined) return `${what} between ${min} and ${max}`;
  if (min !== undefined) return `${what} of at least ${min}`;
  if (max !== undefined) return `${what} of at most ${max}`;
  return kind === 'integer' ? what : 'a finite number';
}

export const texts = v.array(text, expected('a list of texts'));

/** Where no text and an empty list are not the same. */
export const someTexts = v.pipe(
  texts,
  v.minLength(1, 'a list of at least one text is expected, but it is empty. Leave it out.'),
);

export const numbers = v.array(finiteNumber, expected('a list of numbers'));

/** Lists of numbers, or the path of a file that holds them. */
export const tableOrFile = v.lazy((value) =>
  typeof value === 'string'
    ? text
    : v.array(numbers, expected('a list of lists of numbers, or the path of a file of them,')),
);

/** What multiplies: a number, or whether a rule does. */
export const factor = v.union(
  [flag, v.pipe(v.number(), v.finite())],
  expected('a finite number, true or false'),
);

/** One number, or a list of them. */
export const numberOrNumbers = v.union(
  [finiteNumber, numbers],
  expected('a finite number or a list of them'),
);

/** One of a few names. */
export function oneOf<const T extends readonly string[]>(names: T) {
  return v.picklist(names, (issue) => {
    const near = typeof issue.input === 'string' ? nearestName(issue.input, names) : undefined;
    const meant = near ? ` Did you mean ${near}?` : '';
    return `one of ${names.join(', ')} is expected, but it is ${describe(issue.input)}.${meant}`;
  });
}

/** Whatever FusionBench does with it, it means nothing here. */
export const ignored = ignoring(v.optional(v.unknown()));

/** Read by others than who reads its section. */
export const elsewhere = v.optional(v.unknown());

/** Its own default where the key is missing; null stays null. */
export function orNull<S extends v.GenericSchema>(schema: S) {
  return v.optional(v.nullable(schema), null);
}
