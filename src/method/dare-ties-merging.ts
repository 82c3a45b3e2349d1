/** DARE with TIES-Merging: TIES on task vectors that were thinned out by chance. See `dare/drop.ts` and `ties/merge.ts`. */
import {
  DROP_OPTIONS,
  type Drop,
  dropByPattern,
  RESCALE,
  refuseDroppingAll,
  SEED,
  thinnedTaskVectors,
} from './dare/drop';
import { defineMethod } from './define';
import { scalingFactor } from './options';
import { planTies, TIES_OPTIONS, TIES_PASSES } from './ties/merge';

export const dareTiesMerging = defineDareTiesMerging(dropByPattern);

/** With another source of chance: parity with FusionBench is tested on the elements that torch dropped. */
export function defineDareTiesMerging(drop: Drop) {
  return defineMethod({
    name: 'DareTiesMerging',
    module: 'fusion_bench.method.dare.ties_merging',
    configuration: 'dare/ties_merging',
    title: 'DARE with TIES-Merging',
    summary: 'Drops elements of every task vector by chance, then trims, votes and merges as TIES.',
    kind: 'task vector',
    options: [...DROP_OPTIONS, RESCALE, SEED, scalingFactor(0.5), ...TIES_OPTIONS],
    passes: TIES_PASSES,
    check: refuseDroppingAll,
    plan: (pool, options, context) =>
      planTies(pool, options, thinnedTaskVectors(pool, options, context.backend, drop), context),
  });
}
