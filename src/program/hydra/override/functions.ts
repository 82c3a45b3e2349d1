/**
 * The functions of Hydra's override grammar: casts, sweeps, and what arranges them.
 *
 * Source: hydra-core 1.3.8, `hydra/_internal/grammar/grammar_functions.py`. `interval` (for optimisers) and `shuffle`
 * (order by chance) are refused by name.
 */
import { ConfigError } from '../../../errors';
import { shorten } from '../../../shorten';
import { nearestName } from '../values/nearest';
import { Float } from '../values/node';
import { type Cast, castValue } from './casts';
import { sortSweep, sortValues } from './sort';
import { isSweep, type ParsedValue, Quoted, type RangeEnd, type Sweep } from './types';

export interface FunctionArguments {
  readonly positional: readonly (ParsedValue | Sweep)[];
  readonly named: ReadonlyMap<string, ParsedValue | Sweep>;
}

type Result = ParsedValue | Sweep;
type FunctionBody = (call: FunctionArguments) => Result;

const functions: Readonly<Record<string, FunctionBody>> = {
  int: cast('int'),
  float: cast('float'),
  str: cast('str'),
  bool: cast('bool'),
  choice,
  range,
  glob,
  tag,
  sort,
};

const refused: Readonly<Record<string, string>> = {
  interval: 'it is for optimisers that search a continuous range. Use range(start,stop,step).',
  shuffle: 'the order of runs would change from time to time. Leave it out.',
};

/** @throws ConfigError for an unknown function or arguments that it does not take */
export function callFunction(name: string, call: FunctionArguments, line: string): Result {
  const body = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (!body) throw new ConfigError(`${shorten(line)}\n${unknownFunction(name)}`);
  try {
    return body({
      positional: call.positional.map(withoutQuotes),
      named: new Map([...call.named].map(([key, value]) => [key, withoutQuotes(value)])),
    });
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    throw new ConfigError(`${shorten(line)}\n${name}(): ${cause.message}`, { cause });
  }
}

function unknownFunction(name: string): string {
  const reason = Object.hasOwn(refused, name) ? refused[name] : undefined;
  if (reason) return `${name}() is not supported: ${reason}`;
  const near = nearestName(name, Object.keys(functions));
  const known = Object.keys(functions).join(', ');
  return `There is no function ${name}(). ${near ? `Did you mean ${near}()? ` : ''}The functions are ${known}. If it is meant as text, put it in quotes.`;
}

function withoutQuotes(value: Result): Result {
  return value instanceof Quoted ? value.text : value;
}

/** The arguments by the names of the parameters, as Python binds them. */
function bind(call: FunctionArguments, names: readonly string[]): Map<string, Result> {
  const bound = new Map<string, Result>();
  if (call.positional.length > names.length) {
    throw new ConfigError(`at most ${names.length} arguments are taken: ${names.join(', ')}.`);
  }
  for (const [index, value] of call.positional.entries()) bound.set(names[index] ?? '', value);
  for (const [name, value] of call.named) {
    if (!names.includes(name)) {
      throw new ConfigError(`there is no argument ${name}; the arguments are ${names.join(', ')}.`);
    }
    if (bound.has(name)) throw new ConfigError(`${name} is given twice.`);
    bound.set(name, value);
  }
  return bound;
}

function cast(to: Cast): FunctionBody {
  return ({ positional, named }) => {
    const value = bind({ positional: [], named }, ['value']).get('value');
    if (value !== undefined && positional.length > 0) {
      throw new ConfigError('either one value or several without a name are taken.');
    }
    const [first, ...more] = positional;
    const only = value ?? first;
    if (only === undefined) throw new ConfigError('a value is expected.');
    if (more.length === 0) return castValue(only, to);
    return castValue({ kind: 'choice', simple: true, values: positional.map(noSweep) }, to);
  };
}

function choice({ positional, named }: FunctionArguments): Result {
  if (named.size > 0) throw new ConfigError('only values without a name are taken.');
  const [first, ...more] = positional;
  if (first === undefined) throw new ConfigError('at least one value is expected.');
  if (more.length === 0 && isSweep(first) && first.kind === 'choice' && first.simple) {
    return { ...first, simple: false };
  }
  return { kind: 'choice', simple: false, values: positional.map(noSweep) };
}

function range(call: FunctionArguments): Result {
  const bound = bind(call, ['start', 'stop', 'step']);
  const start = bound.get('start');
  if (start === undefined) throw new ConfigError('start is missing.');
  const stop = bound.get('stop') ?? null;
  const step = bound.has('step') ? rangeEnd(bound.get('step'), 'step') : 1;
  if (stop === null) return { kind: 'range', start: 0, stop: rangeEnd(start, 'start'), step };
  return { kind: 'range', start: rangeEnd(start, 'start'), stop: rangeEnd(stop, 'stop'), step };
}

function rangeEnd(value: Result | undefined, name: string): RangeEnd {
  if (typeof value === 'number' || value instanceof Float) return value;
  throw new ConfigError(`${name} has to be a number.`);
}

function glob(call: FunctionArguments): Result {
  const bound = bind(call, ['include', 'exclude']);
  if (!bound.has('include')) throw new ConfigError('what to include is missing.');
  return {
    kind: 'glob',
    include: globs(bound.get('include')),
    exclude: globs(bound.get('exclude')),
  };
}

function globs(value: Result | undefined): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map((item) => {
    const text = item instanceof Quoted ? item.text : item;
    if (typeof text === 'string') return text;
    throw new ConfigError('patterns have to be texts, such as small-*.');
  });
}

function tag({ positional, named }: FunctionArguments): Result {
  const sweep = named.get('sweep') ?? positional.at(-1);
  const tags = named.has('sweep') ? positional : positional.slice(0, -1);
  if (sweep === undefined || !isSweep(sweep)) {
    throw new ConfigError('the last argument has to be choice(), range() or glob().');
  }
  if (!tags.every((item) => typeof item === 'string')) {
    throw new ConfigError('tags have to be texts.');
  }
  return sweep;
}

function sort({ positional, named }: FunctionArguments): Result {
  const rest = bind({ positional: [], named }, ['sweep', 'list', 'reverse']);
  const reverse = rest.get('reverse') ?? false;
  if (typeof reverse !== 'boolean') throw new ConfigError('reverse has to be true or false.');
  const byName = rest.get('list') ?? rest.get('sweep');
  const [first, ...more] = positional;
  if (byName === undefined && more.length > 0) {
    return sortSweep({ kind: 'choice', simple: true, values: positional.map(noSweep) }, reverse);
  }
  const given = byName ?? first;
  if (given === undefined) throw new ConfigError('nothing to sort.');
  if (isSweep(given)) return sortSweep(given, reverse);
  return Array.isArray(given) ? sortValues(given, reverse) : given;
}

function noSweep(value: Result): ParsedValue {
  if (isSweep(value)) throw new ConfigError(`a ${value.kind} cannot stand inside.`);
  return value;
}
