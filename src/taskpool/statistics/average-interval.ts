import { checkShare, effectiveSize, type Interval, Z95 } from './normal';

/**
 * 95 % interval of the unweighted mean of the tasks' accuracies, by the normal approximation:
 *
 *     mean ± z / T · √(Σ p_t (1 - p_t) / m_t)
 *
 * over T tasks scored independently, m_t = n_t, or n_t (N_t - 1) / (N_t - n_t) for a task of which only a part is scored
 * (finite-population correction). Cut to 0..1.
 *
 * @returns `[0, 1]` without tasks.
 * @throws RangeError where the counts cannot be, or a task has nothing scored.
 */
export function averageInterval(
  tasks: readonly { readonly correct: number; readonly scored: number; readonly total: number }[],
): Interval {
  if (tasks.length === 0) return [0, 1];
  let sum = 0;
  let variance = 0;
  for (const { correct, scored, total } of tasks) {
    const share = { correct, scored, population: scored < total ? total : undefined };
    checkShare(share);
    if (scored === 0) throw new RangeError('A task of which nothing is scored has no accuracy.');
    const accuracy = correct / scored;
    sum += accuracy;
    variance += (accuracy * (1 - accuracy)) / effectiveSize(share);
  }
  const mean = sum / tasks.length;
  const half = (Z95 * Math.sqrt(variance)) / tasks.length;
  return [Math.max(0, mean - half), Math.min(1, mean + half)];
}
