/** Two models on the same pictures: is the difference more than chance? */
import { type Interval, Z95 } from './normal';

/** The pictures of one task that both models were shown. */
export interface Discordance {
  readonly pictures: number;
  /** Right by the first alone. */
  readonly firstOnly: number;
  /** Right by the second alone. */
  readonly secondOnly: number;
}

/**
 * McNemar's exact test, two-sided: of the pictures that only one of two models gets right, is either model's share more
 * than half? Under equal models each is a coin's toss.
 *
 * Source: McNemar, Psychometrika 12 (1947) 153-157; the exact form is the two-sided binomial test at 1/2.
 *
 * @returns the p-value; 1 where the models never differ.
 * @throws RangeError unless both are whole numbers from 0 on.
 */
export function mcnemarExact(firstOnly: number, secondOnly: number): number {
  if (![firstOnly, secondOnly].every((count) => Number.isSafeInteger(count) && count >= 0)) {
    throw new RangeError(`${firstOnly} and ${secondOnly} are no counts.`);
  }
  const tosses = firstOnly + secondOnly;
  const fewer = Math.min(firstOnly, secondOnly);
  // The largest term first: the others are fractions of it, so that nothing underflows that matters.
  let term = 1;
  let sum = 1;
  for (let k = fewer; k > 0; k--) {
    term *= k / (tosses - k + 1);
    sum += term;
  }
  const tail = Math.exp(logBinomial(tosses, fewer) - tosses * Math.LN2) * sum;
  return Math.min(1, 2 * tail);
}

/** ln of "n choose k". */
function logBinomial(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** ln n!, summed for small n, by Stirling's series for large ones (Abramowitz and Stegun, 6.1.41). */
function logFactorial(n: number): number {
  if (n < 32) {
    let sum = 0;
    for (let i = 2; i <= n; i++) sum += Math.log(i);
    return sum;
  }
  const x = n + 1;
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}

export interface PairedDifference {
  /** Accuracy of the second less that of the first: the unweighted mean over tasks. */
  readonly difference: number;
  /** 95 %, by the normal approximation. */
  readonly interval: Interval;
  /** McNemar's exact test over the pictures of all tasks. */
  readonly pValue: number;
}

/**
 * How much better the second model is, both scored on the same pictures:
 *
 *     d = 1/T · Σ d_t,  d_t = (c_t - b_t) / n_t,  var = 1/T² · Σ ((b_t + c_t) / n_t - d_t²) / n_t
 *
 * b_t pictures of task t are right by the first alone, c_t by the second alone. The pictures being the same, what both get
 * right or wrong says nothing, so that the interval is narrower than that of two accuracies.
 *
 * Source: the variance of a difference of paired proportions, Agresti, Categorical Data Analysis, 3rd ed. (2013), section 11.1.1.
 *
 * @throws RangeError without tasks, or where the counts cannot be.
 */
export function pairedDifference(tasks: readonly Discordance[]): PairedDifference {
  if (tasks.length === 0) throw new RangeError('There is nothing to compare without tasks.');
  let sum = 0;
  let variance = 0;
  for (const { pictures, firstOnly, secondOnly } of tasks) {
    if (!(Number.isSafeInteger(pictures) && pictures > 0 && firstOnly + secondOnly <= pictures)) {
      throw new RangeError(`${firstOnly} and ${secondOnly} of ${pictures} pictures: impossible.`);
    }
    const difference = (secondOnly - firstOnly) / pictures;
    sum += difference;
    variance += ((firstOnly + secondOnly) / pictures - difference ** 2) / pictures;
  }
  const total = (side: 'firstOnly' | 'secondOnly') =>
    tasks.reduce((count, task) => count + task[side], 0);
  const difference = sum / tasks.length;
  const half = (Z95 * Math.sqrt(variance)) / tasks.length;
  return {
    difference,
    interval: [Math.max(-1, difference - half), Math.min(1, difference + half)],
    pValue: mcnemarExact(total('firstOnly'), total('secondOnly')),
  };
}

/**
 * Counts the pictures that only one of two models gets right, among those that both have looked at.
 * @param predictions classes by picture, negative where a picture was not scored.
 */
export function discordance(
  labels: ArrayLike<number>,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): Discordance {
  let pictures = 0;
  let firstOnly = 0;
  let secondOnly = 0;
  for (let i = 0; i < labels.length; i++) {
    const [label, one, other] = [labels[i], first[i], second[i]];
    if (one === undefined || other === undefined || one < 0 || other < 0) continue;
    pictures++;
    if (one === label && other !== label) firstOnly++;
    if (one !== label && other === label) secondOnly++;
  }
  return { pictures, firstOnly, secondOnly };
}
