/** `int()`, `float()`, `str()`, `bool()` of the override grammar, with Python's meaning of each. */
import { ConfigError } from '../../../errors';
import { Float, type Scalar } from '../values/node';
import { checkedInteger, formatScalar, parseFloatText, parseInteger } from '../values/python-text';
import { isSweep, type ParsedValue, Quoted, type RangeEnd, type Sweep } from './types';

export type Cast = 'int' | 'float' | 'str' | 'bool';

/**
 * Casts a scalar, and whatever lists, dicts and sweeps hold.
 * @throws ConfigError for what Python would not cast
 */
export function castValue(value: ParsedValue | Sweep, to: Cast): ParsedValue | Sweep {
  return isSweep(value) ? castSweep(value, to) : castParsed(value, to);
}

function castSweep(sweep: Sweep, to: Cast): Sweep {
  if (sweep.kind === 'choice') {
    return { ...sweep, values: sweep.values.map((value) => castParsed(value, to)) };
  }
  if (sweep.kind === 'range' && (to === 'int' || to === 'float')) {
    const end = (value: RangeEnd): RangeEnd =>
      to === 'int' ? toInteger(value) : new Float(toNumber(value));
    return { kind: 'range', start: end(sweep.start), stop: end(sweep.stop), step: end(sweep.step) };
  }
  throw new ConfigError(`a ${sweep.kind} cannot be turned into ${to}.`);
}

function castParsed(value: ParsedValue, to: Cast): ParsedValue {
  if (value instanceof Quoted) return castParsed(value.text, to);
  if (Array.isArray(value)) return value.map((item) => castParsed(item, to));
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [key, castParsed(item, to)]));
  }
  if (value === null) throw new ConfigError(`null cannot be turned into ${to}.`);
  return castScalar(value, to);
}

function castScalar(value: Exclude<Scalar, null>, to: Cast): Scalar {
  switch (to) {
    case 'int':
      return toInteger(value);
    case 'float':
      return new Float(toNumber(value));
    case 'bool':
      return toBoolean(value);
    case 'str':
      return typeof value === 'boolean' ? String(value) : formatScalar(value);
  }
}

function toInteger(value: Exclude<Scalar, null>): number {
  if (typeof value === 'string') {
    const text = value.trim();
    if (/^[+-]?[0-9](?:_?[0-9])*$/.test(text)) return parseInteger(text);
    throw new ConfigError(`${JSON.stringify(value)} is no whole number.`);
  }
  const number = toNumber(value);
  if (!Number.isFinite(number)) throw new ConfigError(`${number} is no whole number.`);
  return checkedInteger(Math.trunc(number), String(number));
}

function toNumber(value: Exclude<Scalar, null>): number {
  if (value instanceof Float) return value.value;
  if (typeof value !== 'string') return Number(value);
  const text = value.trim();
  const number = /^[+-]?(?:inf(?:inity)?|nan)$/i.test(text)
    ? parseFloatText(text.replace(/inity$/i, ''))
    : /^[+-]?(?:[0-9](?:_?[0-9])*\.?|\.)(?:[0-9](?:_?[0-9])*)?(?:e[+-]?[0-9]+)?$/i.test(text)
      ? parseFloatText(text)
      : undefined;
  if (number === undefined) throw new ConfigError(`${JSON.stringify(value)} is no number.`);
  return number;
}

function toBoolean(value: Exclude<Scalar, null>): boolean {
  if (value instanceof Float) return value.value !== 0;
  if (typeof value !== 'string') return Boolean(value);
  const text = value.toLowerCase();
  if (text === 'true' || text === 'false') return text === 'true';
  throw new ConfigError(`${JSON.stringify(value)} is neither true nor false.`);
}
