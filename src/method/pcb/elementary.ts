/**
 * The exponential and the hyperbolic tangent by additions, multiplications and divisions alone, so that they have the same
 * bits on every machine: a browser's own may be any. Right to some 1e-15 of the value, far below what is left when it is rounded
 * to float32. Abramowitz, Stegun, "Handbook of Mathematical Functions", 4.2.1 and 4.5.70.
 */

/** ln 2 in two parts, the first with zeros at its end: a multiple of it is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** 2 to the power of `i - SHIFT`: from the smallest double to beyond the largest. */
const SHIFT = 1100;
const POWERS = Float64Array.from({ length: 2 * SHIFT + 1 }, () => 1);
for (let i = 1; i <= SHIFT; i++) {
  POWERS[SHIFT + i] = 2 * (POWERS[SHIFT + i - 1] as number);
  POWERS[SHIFT - i] = (POWERS[SHIFT - i + 1] as number) / 2;
}

/** 1 / n!, from the last: of a remainder of at most ln 2 / 2 the term after it is below 1e-16. */
const [A12, A11, A10, A9, A8, A7, A6, A5, A4, A3] = [12, 11, 10, 9, 8, 7, 6, 5, 4, 3].map((n) => {
  let factorial = 1;
  for (let i = 2; i <= n; i++) factorial *= i;
  return 1 / factorial;
}) as [number, number, number, number, number, number, number, number, number, number];

export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  const doublings = Math.max(-SHIFT, Math.min(SHIFT, Math.round(x / Math.LN2)));
  const r = x - doublings * LN2_HIGH - doublings * LN2_LOW;
  if (!Number.isFinite(r)) return x > 0 ? x : 0;
  const high = ((((A12 * r + A11) * r + A10) * r + A9) * r + A8) * r + A7;
  const sum = ((((((high * r + A6) * r + A5) * r + A4) * r + A3) * r + 0.5) * r + 1) * r + 1;
  return sum * (POWERS[SHIFT + doublings] as number);
}

/** Below it the quotient of exponentials would lose digits, and Lambert's continued fraction, up to this number, has them all. */
const SMALL = 1;
const LAST_PARTIAL = 25;

/** Below it these terms of the series have them as well, without a division; nearly all of a model's numbers are. 4.5.64. */
const TINY = 1 / 16;
const T3 = -1 / 3;
const T5 = 2 / 15;
const T7 = -17 / 315;
const T9 = 62 / 2835;
const T11 = -1382 / 155925;
const T13 = 21844 / 6081075;

export function tanh(x: number): number {
  if (Math.abs(x) < TINY) {
    const s = x * x;
    return x * (1 + s * (((((T13 * s + T11) * s + T9) * s + T7) * s + T5) * s + T3));
  }
  if (Math.abs(x) < SMALL) {
    const s = x * x;
    let fraction = LAST_PARTIAL;
    for (let n = LAST_PARTIAL - 2; n > 0; n -= 2) fraction = n + s / fraction;
    return x / fraction;
  }
  const value = 1 - 2 / (exp(2 * Math.abs(x)) + 1);
  return x < 0 ? -value : value;
}
