/** `MagMaxAlgorithm`: of all task vectors' entries for a parameter the one that is largest in size. */
import * as v from 'valibot';
import { finiteNumber, flag } from '../program/schemas';
import { defineMethod, needsTaskVectors } from './definition';

export const magmax = defineMethod({
  name: 'MagMaxAlgorithm',
  module: 'fusion_bench.method.magmax.magmax',
  configuration: 'magmax/magmax',
  options: { scaling_factor: v.optional(finiteNumber, 0.5), inplace: v.optional(flag, true) },
  check: (_, pool) => needsTaskVectors(pool),
});
