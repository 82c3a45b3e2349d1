import { checkShare, type Interval, Z95 } from './normal';

/**
 * Wilson's 95 % score interval of an accuracy, with p = correct / n:
 *
 *     (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)
 *
 * It is about images like these, whether all of an image set are scored or a part: it does not close as the last of them
 * are. Source: Wilson, JASA 22 (1927) 209-212.
 *
 * @returns `[0, 1]` while nothing is scored.
 * @throws RangeError unless 0 <= correct <= scored, both integers.
 */
export function wilsonInterval(correct: number, scored: number): Interval {
  checkShare({ correct, scored });
  if (scored === 0) return [0, 1];
  const p = correct / scored;
  const z2 = Z95 * Z95;
  const center = (p + z2 / (2 * scored)) / (1 + z2 / scored);
  const spread = Math.sqrt((p * (1 - p)) / scored + z2 / (4 * scored * scored));
  const half = (Z95 / (1 + z2 / scored)) * spread;
  // The formula's ends are exactly 0 and 1 there; rounding would leave them a little off.
  const low = correct === 0 ? 0 : center - half;
  const high = correct === scored ? 1 : center + half;
  return [Math.max(0, low), Math.min(1, high)];
}
