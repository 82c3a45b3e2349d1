/** `WeightedAverageAlgorithm`: one weight for every fine-tuned model. */
import * as v from 'valibot';
import { flag, numbers } from '../program/schemas';
import { defineMethod, needsExperts } from './definition';

export const weightedAverage = defineMethod({
  name: 'WeightedAverageAlgorithm',
  module: 'fusion_bench.method.weighted_average.weighted_average',
  configuration: 'linear/weighted_average',
  options: {
    /** Divides the weights by their sum. */
    normalize: flag,
    /** In the order of the pool. */
    weights: numbers,
    verbose: v.optional(flag, true),
  },
  check({ normalize, weights }, pool) {
    const problems = needsExperts(pool);
    if (weights.length !== pool.experts.length) {
      problems.push(
        `method.weights: one weight for each of the ${pool.experts.length} fine-tuned models is needed (${pool.experts.join(', ')}), but there are ${weights.length}.`,
      );
    }
    const sum = weights.reduce((total, weight) => total + weight, 0);
    if (normalize && sum === 0) {
      problems.push('method.weights: their sum is 0, so they cannot be normalized.');
    }
    return problems;
  },
});
