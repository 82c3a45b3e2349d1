/** `DareTiesMerging`: drops entries of the task vectors by chance, then TIES. */
import { dareOptions } from './dare-options';
import { defineMethod, needsTaskVectors } from './definition';
import { tiesOptions } from './ties-options';

export const dareTiesMerging = defineMethod({
  name: 'DareTiesMerging',
  module: 'fusion_bench.method.dare.ties_merging',
  configuration: 'dare/ties_merging',
  options: { ...dareOptions, ...tiesOptions },
  check: (_, pool) => needsTaskVectors(pool),
});
