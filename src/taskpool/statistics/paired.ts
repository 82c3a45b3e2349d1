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

/** The same, with what they agree in. */
export interface PairCounts extends Discordance {
  readonly bothRight: number;
  /** Both predict another class than the other, whichever is right. */
  readonly differing: number;
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
  /** 95 %. */
  readonly interval: Interval;
  /** McNemar's exact test over the pictures of all tasks. */
  readonly pValue: number;
}

/**
 * The 95 % interval of a difference of paired proportions: Wald's, with one picture added to either kind of those that only
 * one model gets right, so that it has a width where there is none of them.
 *
 *     p = (b + 1) / (n + 2), q = (c + 1) / (n + 2):  q - p ± z · √((p + q - (q - p)²) / (n + 2))
 *
 * Source: Bonett and Price, Journal of Educational and Behavioral Statistics 37 (2012) 479-488; recommended by Fagerland,
 * Lydersen and Laake, Statistics in Medicine 33 (2014) 2850-2875.
 */
function bonettPrice({ pictures, firstOnly, secondOnly }: Discordance): Interval {
  const n = pictures + 2;
  const centre = (secondOnly - firstOnly) / n;
  const half = Z95 * Math.sqrt(((firstOnly + secondOnly + 2) / n - centre ** 2) / n);
  return [Math.max(-1, centre - half), Math.min(1, centre + half)];
}

/**
 * How much better the second model is, both scored on the same pictures: the unweighted mean of the tasks' differences,
 *
 *     d = 1/T · Σ d_t,  d_t = (c_t - b_t) / n_t
 *
 * b_t pictures of task t are right by the first alone, c_t by the second alone. The pictures being the same, what both get
 * right or wrong says nothing, so that the interval is narrower than that of two accuracies. Of one task it is that of Bonett
 * and Price; those [l_t, u_t] of several are put together by what either end is away from its d_t:
 *
 *     [d - 1/T · √Σ (d_t - l_t)², d + 1/T · √Σ (u_t - d_t)²]
 *
 * Source: Zou, Huang and Zhang, Computational Statistics & Data Analysis 53 (2009) 1080-1085.
 *
 * @throws RangeError without tasks, or where the counts cannot be.
 */
export function pairedDifference(tasks: readonly Discordance[]): PairedDifference {
  if (tasks.length === 0) throw new RangeError('There is nothing to compare without tasks.');
  let sum = 0;
  let below = 0;
  let above = 0;
  for (const task of tasks) {
    const { pictures, firstOnly, secondOnly } = task;
    if (!(Number.isSafeInteger(pictures) && pictures > 0 && firstOnly + secondOnly <= pictures)) {
      throw new RangeError(`${firstOnly} and ${secondOnly} of ${pictures} pictures: impossible.`);
    }
    const difference = (secondOnly - firstOnly) / pictures;
    const [low, high] = bonettPrice(task);
    sum += difference;
    below += (difference - low) ** 2;
    above += (high - difference) ** 2;
  }
  const total = (side: 'firstOnly' | 'secondOnly') =>
    tasks.reduce((count, task) => count + task[side], 0);
  const difference = sum / tasks.length;
  return {
    difference,
    interval: [
      difference - Math.sqrt(below) / tasks.length,
      difference + Math.sqrt(above) / tasks.length,
    ],
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
): PairCounts {
  const counts = { pictures: 0, firstOnly: 0, secondOnly: 0, bothRight: 0, differing: 0 };
  for (let i = 0; i < labels.length; i++) {
    const [label, one, other] = [labels[i], first[i], second[i]];
    if (one === undefined || other === undefined || one < 0 || other < 0) continue;
    counts.pictures++;
    if (one !== other) counts.differing++;
    else if (one === label) counts.bothRight++;
    if (one === label && other !== label) counts.firstOnly++;
    if (one !== label && other === label) counts.secondOnly++;
  }
  return counts;
}
