/**
 * Iso-C: every matrix the sum of the task vectors with all its singular values replaced by their mean.
 * Source: Marczak et al., "No Task Left Behind" (ICML 2025); FusionBench's `method/isotropic_merging/iso_utils.py`, `iso_c`.
 */
import { defineMethod } from './define';
import { combineMatrices } from './matrices/combine-matrices';
import { plainMean } from './matrices/means';
import { matrixTaskVectors } from './matrices/read-matrix';
import { EXCLUDE_KEYS, MATRIX_REACH, scalingFactor } from './options';
import { notAmong } from './task-vectors';

export const isoC = defineMethod({
  name: 'ISO_C_Merge',
  alias: 'IsotropicMergingInCommonSubspace',
  module: 'fusion_bench.method.isotropic_merging.iso',
  configuration: 'isotropic_merging/iso_c',
  title: 'Isotropic merging (Iso-C)',
  summary:
    'Adds up the task vectors and gives all directions of each weight matrix the same strength, so that no task drowns another.',
  kind: 'task vector',
  wholeMatrices: true,
  options: [{ ...scalingFactor(1), reach: MATRIX_REACH }, EXCLUDE_KEYS],
  plan: (pool, { exclude_keys }, context) =>
    combineMatrices(pool, context, {
      work: { kind: 'isotropic' },
      included: notAmong(exclude_keys),
      read: async (name, signal) => [
        await sumOf(matrixTaskVectors(pool, name, signal), pool.experts.length),
      ],
      others: plainMean(pool, context.backend),
    }),
});

/** In float32 from left to right, divided by their number and multiplied by it again, as FusionBench does. */
async function sumOf(
  taskVectors: AsyncIterable<Float32Array<ArrayBuffer>>,
  count: number,
): Promise<Float32Array<ArrayBuffer>> {
  let sum: Float32Array<ArrayBuffer> | undefined;
  for await (const vector of taskVectors) {
    if (!sum) sum = vector;
    else for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (vector[i] as number);
  }
  if (!sum) throw new RangeError('there is no task vector');
  for (let i = 0; i < sum.length; i++) sum[i] = count * Math.fround((sum[i] as number) / count);
  return sum;
}
