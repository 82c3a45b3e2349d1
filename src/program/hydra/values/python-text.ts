/** Numbers as Python reads and writes them: configuration files and overrides are Python's. */
import { ConfigError } from '../../../errors';
import { Float, type Scalar } from './node';

/**
 * A whole number in base 10, with a sign and `_` between digits.
 * @throws ConfigError where JavaScript could not hold it exactly
 */
export function parseInteger(text: string): number {
  return checkedInteger(Number(text.replaceAll('_', '')), text);
}

/** @throws ConfigError where the number is too large to be exact */
export function checkedInteger(value: number, text: string): number {
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  throw new ConfigError(
    `${text} is too large for a whole number here (the largest is ${Number.MAX_SAFE_INTEGER}). If it is a name, put it in quotes.`,
  );
}

/** A float as Python's grammar has it, `inf` and `nan` included, `_` between digits. */
export function parseFloatText(text: string): number {
  const plain = text.replaceAll('_', '').toLowerCase();
  const special = /^([+-]?)\.?(inf|nan)$/.exec(plain);
  if (!special) return Number(plain);
  if (special[2] === 'nan') return Number.NaN;
  return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Python's `repr` of a float: the shortest digits that read back to it, an exponent below 1e-4 and from 1e16 on. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (Object.is(value, -0)) return '-0.0';
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    const digits = String(Math.abs(exponent)).padStart(2, '0');
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
  }
  // Below 1e21 and from 1e-6 on JavaScript writes plain decimals, too.
  const plain = String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}

/** Python's `str` of a scalar. */
export function formatScalar(value: Scalar): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return value instanceof Float ? formatFloat(value.value) : String(value);
}
