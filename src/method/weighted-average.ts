/**
 * Weighted average: `(w_1 theta_1 + w_2 theta_2) + ...`, the base left out. Weights are normalised in double precision
 * and rounded to float32 where they are applied.
 * Source: order and rounding as FusionBench's `method/weighted_average/weighted_average.py`.
 */
import { defineMethod } from './define';
import { pairwiseSum } from './pairwise-sum';
import { filled, withPart } from './vision-tensor';

export const weightedAverage = defineMethod({
  name: 'WeightedAverageAlgorithm',
  module: 'fusion_bench.method.weighted_average.weighted_average',
  configuration: 'linear/weighted_average',
  title: 'Weighted average',
  summary: 'A mean of the experts in which each counts as much as you say; the base takes no part.',
  kind: 'weights',
  takes: 'experts',
  options: [
    {
      name: 'normalize',
      kind: 'boolean',
      default: true,
      description: 'Divides the weights by their sum, so that they add up to 1.',
    },
    {
      name: 'weights',
      kind: 'number list',
      perExpert: true,
      default: [0.5, 0.5],
      description: 'How much each expert counts, in pool order.',
    },
  ],
  ignored: [{ name: 'verbose', kind: 'boolean', optional: true, default: true }],
  check({ normalize, weights }) {
    if (!normalize || pairwiseSum(weights) !== 0) return null;
    const problem =
      'their sum is 0, so they cannot be normalized. Change them, or set normalize to false.';
    return { option: 'weights', problem };
  },
  plan({ experts }, { normalize, weights }, { backend }) {
    const sum = normalize ? pairwiseSum(weights) : 1;
    return (part, base) =>
      filled(backend, base.length, async (mean) => {
        for (const [i, { model }] of experts.entries()) {
          const weight = (weights[i] as number) / sum;
          await withPart(backend, model, part, (tuned) =>
            backend.addScaled(mean, tuned, weight, i === 0),
          );
        }
      });
  },
});
