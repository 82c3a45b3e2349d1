/** The options of a method's description as schemas of the values that a configuration gives. */
import * as v from 'valibot';
import type { IgnoredOption, MethodOption } from '../../../method/options';
import type { Method } from '../../../method/types';
import {
  factor,
  finiteNumber,
  flag,
  numberOrNumbers,
  numbers,
  numberWithin,
  oneOf,
  someTexts,
  tableOrFile,
  text,
  texts,
  wholeNumber,
} from '../program/schemas';
import { ignoring } from '../program/without-effect';
import { chosenMethod } from './chosen-method';

/**
 * By FusionBench's names. Where a configuration leaves an option out, the value is that of FusionBench's class; options
 * of our own, and those that the class does not look at either, stay out.
 */
export function optionSchemas({
  options,
  ignored,
}: Pick<Method, 'options' | 'ignored'>): v.ObjectEntries {
  return Object.fromEntries([
    ...options.map((option) => [option.name, optionSchema(option)] as const),
    ...ignored.map((option) => [option.name, ignoredSchema(option)] as const),
  ]);
}

function optionSchema(option: MethodOption): v.GenericSchema {
  const schema = valueSchema(option);
  if (option.missing !== undefined) {
    return v.pipe(
      v.nullish(schema, null),
      v.check((value) => value !== null, option.missing),
    );
  }
  if (option.own) return v.optional(schema);
  if (option.nullable) return v.optional(v.nullable(schema), null);
  return option.optional ? v.optional(schema, option.default) : schema;
}

function valueSchema(option: MethodOption): v.GenericSchema {
  switch (option.kind) {
    case 'number':
    case 'integer':
      return option.orPerExpert ? numberOrNumbers : numberWithin(option);
    case 'boolean':
      return flag;
    case 'choice':
      return oneOf(option.choices);
    case 'factor':
      return option.rules.includes(true) ? factor : finiteNumber;
    case 'number list':
      return numbers;
    case 'number table':
      return tableOrFile;
    case 'string list':
      return option.neverEmpty ? someTexts : texts;
    case 'method':
      return chosenMethod(option, optionSchemas);
  }
}

const ignoredKinds = {
  boolean: flag,
  number: finiteNumber,
  integer: wholeNumber,
  text,
  anything: v.unknown(),
} as const satisfies Record<IgnoredOption['kind'], v.GenericSchema>;

function ignoredSchema(option: IgnoredOption): v.GenericSchema {
  const kind: v.GenericSchema = ignoredKinds[option.kind];
  const schema = option.nullable ? v.nullable(kind) : v.pipe(kind);
  return ignoring(option.optional ? v.optional(schema, option.default) : schema);
}
