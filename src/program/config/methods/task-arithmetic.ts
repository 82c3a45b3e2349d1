/** `TaskArithmeticAlgorithm`: theta_0 + scaling_factor * (tau_1 + tau_2 + ...). */
import * as v from 'valibot';
import { finiteNumber, flag } from '../program/schemas';
import { defineMethod, needsTaskVectors } from './definition';

export const taskArithmetic = defineMethod({
  name: 'TaskArithmeticAlgorithm',
  module: 'fusion_bench.method.task_arithmetic.task_arithmetic',
  configuration: 'task_arithmetic',
  options: { scaling_factor: finiteNumber, inplace: v.optional(flag, true) },
  check: (_, pool) => needsTaskVectors(pool),
});
