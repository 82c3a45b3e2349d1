/** `SlerpMergeAlgorithm`: from the first to the second model along an arc, tensor by tensor. */
import * as v from 'valibot';
import { finiteNumber } from '../program/schemas';
import { defineMethod, needsTwoModels } from './definition';

export const slerp = defineMethod({
  name: 'SlerpMergeAlgorithm',
  module: 'fusion_bench.method.slerp.slerp',
  configuration: 'slerp/slerp',
  options: {
    t: finiteNumber,
    /** Tensors more alike than this are interpolated on a straight line. */
    DOT_THRESHOLD: v.optional(finiteNumber, 0.9995),
    epsilon: v.optional(finiteNumber, 1e-8),
  },
  check: (_, pool) => needsTwoModels(pool),
});
