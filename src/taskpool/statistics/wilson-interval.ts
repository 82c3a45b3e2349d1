import { checkShare, effectiveSize, type Interval, Z95 } from './normal';

/**
 * Wilson's 95 % score interval of an accuracy:
 *
 *     (p + z²/2m ± z √(p(1-p)/m + z²/4m²)) / (1 + z²/m),   p = correct / scored
 *
 * With `population` it is about the accuracy on that many images of which `scored` were drawn without replacement: m is
 * then n (N - 1) / (N - n) instead of n, and ends that the images still to come cannot reach are cut off. The interval
 * closes as n approaches N. It takes the draw as simply random; a stratified one is at least as precise.
 * Without `population` it is about images like these, m = n.
 *
 * Source: Wilson, JASA 22 (1927) 209-212; the correction as in Cochran, Sampling Techniques (1977), section 3.2.
 *
 * @returns `[0, 1]` while nothing is scored.
 * @throws RangeError unless 0 <= correct <= scored <= population, all integers.
 */
export function wilsonInterval(correct: number, scored: number, population?: number): Interval {
  checkShare({ correct, scored, population });
  if (scored === 0) return [0, 1];
  const p = correct / scored;
  if (scored === population) return [p, p];
  const m = effectiveSize({ correct, scored, population });
  const z2 = Z95 * Z95;
  const center = (p + z2 / (2 * m)) / (1 + z2 / m);
  const half = (Z95 / (1 + z2 / m)) * Math.sqrt((p * (1 - p)) / m + z2 / (4 * m * m));
  const least = population === undefined ? 0 : correct / population;
  const most = population === undefined ? 1 : (correct + population - scored) / population;
  // The formula's ends are exactly 0 and 1 there; rounding would leave them a little off.
  const low = correct === 0 ? 0 : center - half;
  const high = correct === scored ? 1 : center + half;
  return [Math.max(least, low), Math.min(most, high)];
}
