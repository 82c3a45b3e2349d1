/** `TiesMergingAlgorithm`: trims small entries, elects a sign for every parameter, joins the entries that have it. */
import { defineMethod, needsTaskVectors } from './definition';
import { tiesOptions } from './ties-options';

export const tiesMerging = defineMethod({
  name: 'TiesMergingAlgorithm',
  module: 'fusion_bench.method.ties_merging.ties_merging',
  configuration: 'ties_merging',
  options: tiesOptions,
  check: (_, pool) => needsTaskVectors(pool),
});
