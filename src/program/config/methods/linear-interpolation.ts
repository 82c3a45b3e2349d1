/**
 * `LinearInterpolationAlgorithm`: (1 - t) * first + t * second. In fusion-bench 0.2.33 it refuses every pool: it compares
 * the list of names with the number 2.
 */
import { numberBetween } from '../program/schemas';
import { defineMethod, needsTwoModels } from './definition';

export const linearInterpolation = defineMethod({
  name: 'LinearInterpolationAlgorithm',
  module: 'fusion_bench.method.linear.linear_interpolation',
  configuration: 'linear/linear_interpolation',
  options: { t: numberBetween(0, 1) },
  check: (_, pool) => needsTwoModels(pool),
});
