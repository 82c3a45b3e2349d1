/**
 * The sum of doubles in NumPy's order, which is not from left to right once there are eight: with eight experts the
 * order decides the last bit of every normalised weight.
 * Source: numpy `core/src/umath/loops_utils.h.src`, `pairwise_sum`.
 */
const LANES = 8;
const BLOCK = 128;

export function pairwiseSum(values: readonly number[]): number {
  const { length } = values;
  if (length < LANES) return values.reduce((sum, value) => sum + value, 0);
  if (length > BLOCK) {
    const half = Math.floor(length / 2);
    const middle = half - (half % LANES);
    return pairwiseSum(values.slice(0, middle)) + pairwiseSum(values.slice(middle));
  }
  const whole = length - (length % LANES);
  const lanes = Array.from({ length: LANES }, (_, lane) => {
    let sum = values[lane] as number;
    for (let i = lane + LANES; i < whole; i += LANES) sum += values[i] as number;
    return sum;
  });
  const [a, b, c, d, e, f, g, h] = lanes as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const sum = a + b + (c + d) + (e + f + (g + h));
  return values.slice(whole).reduce((rest, value) => rest + value, sum);
}
