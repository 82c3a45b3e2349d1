/** `sort()` of the override grammar. */
import { ConfigError } from '../../../errors';
import { Float } from '../values/node';
import { type ParsedValue, Quoted, type RangeEnd, type Sweep } from './types';

/** Sorts what a sweep runs over; a range is turned round where it runs the other way. */
export function sortSweep(sweep: Sweep, reverse: boolean): Sweep {
  if (sweep.kind === 'choice') return { ...sweep, values: sortValues(sweep.values, reverse) };
  if (sweep.kind === 'glob') throw new ConfigError('a glob is sorted already.');
  const start = numberOf(sweep.start);
  const stop = numberOf(sweep.stop);
  const step = numberOf(sweep.step);
  const rising = start < stop;
  if (start === stop || rising !== reverse) return sweep;
  const shift = rising ? -Math.abs(step) : Math.abs(step);
  const end = (value: number, ...from: RangeEnd[]): RangeEnd =>
    from.some((item) => item instanceof Float) ? new Float(value) : value;
  return {
    kind: 'range',
    start: end(stop + shift, sweep.stop, sweep.step),
    stop: end(start + shift, sweep.start, sweep.step),
    step: end(-step, sweep.step),
  };
}

/** @throws ConfigError where Python could not compare the values */
export function sortValues(values: readonly ParsedValue[], reverse: boolean): ParsedValue[] {
  const keys = values.map(sortKey);
  if (new Set(keys.map((key) => typeof key)).size > 1) {
    throw new ConfigError('numbers and texts cannot be sorted together.');
  }
  const order = [...values.keys()].sort((a, b) => compare(keys[a], keys[b]) * (reverse ? -1 : 1));
  return order.flatMap((index) => values[index] ?? []);
}

function sortKey(value: ParsedValue): number | string {
  if (value instanceof Float || typeof value === 'number') return numberOf(value);
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'string') return value;
  if (value instanceof Quoted) return value.text;
  throw new ConfigError('only numbers and texts can be sorted.');
}

function compare(a: number | string | undefined, b: number | string | undefined): number {
  if (a === undefined || b === undefined || a === b) return 0;
  return a < b ? -1 : 1;
}

function numberOf(value: RangeEnd): number {
  return value instanceof Float ? value.value : value;
}
