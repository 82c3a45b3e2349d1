/** TIES-Merging: trim each task vector, elect a sign for every element, merge what agrees. See `ties/merge.ts`. */
import { defineMethod } from './define';
import { scalingFactor } from './options';
import { plainTaskVectors } from './task-vectors';
import { planTies, TIES_OPTIONS, TIES_PASSES } from './ties/merge';

export const tiesMerging = defineMethod({
  name: 'TiesMergingAlgorithm',
  module: 'fusion_bench.method.ties_merging.ties_merging',
  configuration: 'ties_merging',
  title: 'TIES-Merging',
  summary:
    'Keeps the largest changes of every expert, lets them vote on a sign for each weight, and adds up those that agree.',
  kind: 'task vector',
  options: [scalingFactor(0.3), ...TIES_OPTIONS],
  passes: TIES_PASSES,
  plan: (pool, options, context) =>
    planTies(pool, options, plainTaskVectors(pool, context.backend), context),
});
