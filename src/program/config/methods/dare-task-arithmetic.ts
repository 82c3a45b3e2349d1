/** `DareTaskArithmetic`: drops entries of the task vectors by chance, then task arithmetic. */
import * as v from 'valibot';
import { finiteNumber, flag } from '../program/schemas';
import { dareOptions } from './dare-options';
import { defineMethod, needsTaskVectors } from './definition';

export const dareTaskArithmetic = defineMethod({
  name: 'DareTaskArithmetic',
  module: 'fusion_bench.method.dare.task_arithmetic',
  configuration: 'dare/task_arithmetic',
  options: { scaling_factor: finiteNumber, ...dareOptions, rescale: v.optional(flag, true) },
  check: (_, pool) => needsTaskVectors(pool),
});
