/**
 * What a `range(start,stop,step)` runs over. Hydra adds floats up as Python's `Decimal` of 28 digits, made from the exact
 * binary value, so that `range(0,1,0.1)` has 0.3 and ten values; plain additions would give 0.30000000000000004 and eleven.
 */
import { ConfigError } from '../../../errors';
import { Float } from '../values/node';
import type { RangeEnd, Sweep } from './types';

/** More runs than anybody starts at once; bounds the loop. */
export const MAX_RUNS = 10_000;

/** Significant digits of Python's default decimal context. */
const PRECISION = 28;

/** coefficient * 10^-scale */
interface Decimal {
  readonly coefficient: bigint;
  readonly scale: number;
}

/** @throws ConfigError where the step is 0 or the range has too many values */
export function rangeValues(range: Extract<Sweep, { kind: 'range' }>): (number | Float)[] {
  const ends = [range.start, range.stop, range.step];
  if (ends.some((end) => end instanceof Float && !Number.isFinite(end.value))) {
    throw new ConfigError('The ends and the step of a range have to be finite numbers.');
  }
  const [start = zero, stop = zero, step = zero] = ends.map(toDecimal);
  const direction = sign(step.coefficient);
  if (direction === 0) throw new ConfigError('The step of a range must not be 0.');
  const whole = ends.every((end) => typeof end === 'number');
  const values: (number | Float)[] = [];
  for (let at = start; compare(at, stop) === -direction; at = add(at, step)) {
    if (values.length >= MAX_RUNS) {
      throw new ConfigError(`The range has more than ${MAX_RUNS} values. Take a larger step.`);
    }
    const value = Number(`${at.coefficient}e${-at.scale}`);
    values.push(whole ? value : new Float(value));
  }
  return values;
}

const zero: Decimal = { coefficient: 0n, scale: 0 };

/** The exact value of a double. */
function toDecimal(end: RangeEnd): Decimal {
  const value = end instanceof Float ? end.value : end;
  // A double is a whole number over a power of two: doubling it is exact, and ends after 1074 steps at the latest.
  let numerator = value;
  let halvings = 0;
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    halvings += 1;
  }
  return { coefficient: BigInt(numerator) * 5n ** BigInt(halvings), scale: halvings };
}

function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return round({ coefficient: scaled(a, scale) + scaled(b, scale), scale });
}

function compare(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  return sign(scaled(a, scale) - scaled(b, scale));
}

function scaled(value: Decimal, scale: number): bigint {
  return value.coefficient * 10n ** BigInt(scale - value.scale);
}

/** To the context's precision, half to even. */
function round(value: Decimal): Decimal {
  const extra = String(value.coefficient).replace('-', '').length - PRECISION;
  if (extra <= 0) return value;
  const unit = 10n ** BigInt(extra);
  const magnitude = value.coefficient < 0n ? -value.coefficient : value.coefficient;
  const quotient = magnitude / unit;
  const twice = (magnitude % unit) * 2n;
  const up = twice > unit || (twice === unit && quotient % 2n === 1n);
  const rounded = quotient + (up ? 1n : 0n);
  return { coefficient: value.coefficient < 0n ? -rounded : rounded, scale: value.scale - extra };
}

function sign(value: bigint): number {
  return value > 0n ? 1 : value < 0n ? -1 : 0;
}
