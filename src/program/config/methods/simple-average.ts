/** `SimpleAverageAlgorithm`: the mean of the fine-tuned models. */
import * as v from 'valibot';
import { flag } from '../program/schemas';
import { defineMethod, needsExperts } from './definition';

export const simpleAverage = defineMethod({
  name: 'SimpleAverageAlgorithm',
  module: 'fusion_bench.method.simple_average',
  configuration: 'simple_average',
  options: { show_pbar: v.optional(flag, false), inplace: v.optional(flag, true) },
  check: (_, pool) => needsExperts(pool),
});
