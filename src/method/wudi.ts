/**
 * WUDI: every matrix is the one that interferes least with what each expert changed, by steps of Adam or by one solve.
 * Source: Cheng et al., "Whoever Started the Interference Should End It" (ICML 2025); FusionBench's `method/wudi/wudi.py`.
 */
import { defineMethod } from './define';
import { combineMatrices } from './matrices/combine-matrices';
import { torchMean } from './matrices/means';
import { EXCLUDE_KEYS, MATRIX_REACH, scalingFactor } from './options';
import { notAmong, plainTaskVectors } from './task-vectors';

export const wudi = defineMethod({
  name: 'WUDIMerging',
  module: 'fusion_bench.method.wudi.wudi',
  configuration: 'wudi/wudi',
  title: 'WUDI-Merging',
  summary:
    'Finds for each weight matrix the change that disturbs the experts’ own changes least. The exact solver is far quicker than FusionBench’s steps.',
  kind: 'task vector',
  wholeMatrices: true,
  options: [
    { ...scalingFactor(1), reach: MATRIX_REACH, own: true },
    {
      name: 'iter_num',
      kind: 'integer',
      default: 400,
      min: 0,
      description: 'Steps of Adam; the exact solver takes none.',
    },
    {
      name: 'solver',
      kind: 'choice',
      choices: ['adam', 'exact'],
      default: 'adam',
      own: true,
      description:
        'adam goes from the sum of the task vectors as many steps as FusionBench; exact finds where they lead, by one linear system for each matrix.',
    },
    EXCLUDE_KEYS,
  ],
  compared: { solver: 'exact' },
  plan: (pool, { iter_num, solver, exclude_keys }, context) =>
    combineMatrices(pool, context, {
      work:
        solver === 'exact' ? { kind: 'wudi', solver } : { kind: 'wudi', solver, steps: iter_num },
      included: notAmong(exclude_keys),
      others: torchMean(pool, context.backend, plainTaskVectors(pool, context.backend)),
    }),
});
