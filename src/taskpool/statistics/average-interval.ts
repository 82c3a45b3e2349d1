import { checkShare, type Interval, type Share, Z95 } from './normal';

/**
 * 95 % interval of the unweighted mean of the tasks' accuracies, by the normal approximation:
 *
 *     mean ± z / T · √(Σ p_t (1 - p_t) / n_t)
 *
 * over T tasks scored independently. It is about images like these, as that of one task is. Cut to 0..1.
 *
 * @returns `[0, 1]` without tasks.
 * @throws RangeError where the counts cannot be, or a task has nothing scored.
 */
export function averageInterval(tasks: readonly Share[]): Interval {
  if (tasks.length === 0) return [0, 1];
  let sum = 0;
  let variance = 0;
  for (const { correct, scored } of tasks) {
    checkShare({ correct, scored });
    if (scored === 0) throw new RangeError('A task of which nothing is scored has no accuracy.');
    const accuracy = correct / scored;
    sum += accuracy;
    variance += (accuracy * (1 - accuracy)) / scored;
  }
  const mean = sum / tasks.length;
  const half = (Z95 * Math.sqrt(variance)) / tasks.length;
  return [Math.max(0, mean - half), Math.min(1, mean + half)];
}
