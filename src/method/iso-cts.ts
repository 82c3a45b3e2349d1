/**
 * Iso-CTS: Iso-C whose weakest directions give way to the strongest of every expert that are not common.
 * Source: Marczak et al., "No Task Left Behind" (ICML 2025); FusionBench's `method/isotropic_merging/iso_utils.py`, `iso_cts`.
 */
import { defineMethod } from './define';
import { combineMatrices } from './matrices/combine-matrices';
import { runningMean } from './matrices/means';
import { EXCLUDE_KEYS, MATRIX_REACH, scalingFactor } from './options';
import { notAmong, plainTaskVectors } from './task-vectors';

export const isoCts = defineMethod({
  name: 'ISO_CTS_Merge',
  alias: 'IsotropicMergingInCommonAndTaskSubspace',
  module: 'fusion_bench.method.isotropic_merging.iso',
  configuration: 'isotropic_merging/iso_cts',
  title: 'Isotropic merging with task spaces (Iso-CTS)',
  summary:
    'As Iso-C, with the weakest common directions of each weight matrix replaced by the strongest of every single expert.',
  kind: 'task vector',
  wholeMatrices: true,
  options: [
    { ...scalingFactor(1), reach: MATRIX_REACH },
    {
      name: 'common_space_fraction',
      kind: 'number',
      default: 0.8,
      min: 0,
      max: 1,
      description:
        'Share of the directions that come from the sum of the task vectors; the rest is divided among the experts.',
    },
    EXCLUDE_KEYS,
  ],
  plan: (pool, { common_space_fraction, exclude_keys }, context) =>
    combineMatrices(pool, context, {
      work: { kind: 'task spaces', commonSpaceFraction: common_space_fraction },
      included: notAmong(exclude_keys),
      others: runningMean(pool, context.backend, plainTaskVectors(pool, context.backend)),
    }),
});
