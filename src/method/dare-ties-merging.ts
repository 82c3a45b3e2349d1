/** DARE with TIES-Merging: TIES on task vectors that were thinned out by chance. See `dare/drop.ts` and `ties/merge.ts`. */
import { DARE_OPTIONS, type Drop, dropByPattern, thinnedTaskVectors } from './dare/drop';
import { defineMethod } from './define';
import { scalingFactor } from './options';
import { planTies, TIES_OPTIONS, TIES_PASSES } from './ties/merge';

export const dareTiesMerging = defineDareTiesMerging(dropByPattern);

/** With another source of chance: parity with FusionBench is tested on the elements that torch dropped. */
export function defineDareTiesMerging(drop: Drop) {
  const name = 'DareTiesMerging';
  return defineMethod({
    name,
    title: 'DARE with TIES-Merging',
    summary: 'Drops elements of every task vector by chance, then trims, votes and merges as TIES.',
    kind: 'task vector',
    options: [...DARE_OPTIONS, scalingFactor(0.5), ...TIES_OPTIONS],
    passes: TIES_PASSES,
    plan: (pool, options, context) =>
      planTies(
        pool,
        options,
        thinnedTaskVectors(name, pool, options, context.backend, drop),
        context,
      ),
  });
}
