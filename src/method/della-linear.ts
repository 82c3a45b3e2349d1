/**
 * DELLA without an election: task vectors that were thinned out by chance are added up. See `sparse/drop-by-chance.ts`. Order and
 * rounding as mergekit's `della_linear`; FusionBench has no such method.
 */
import { SEED } from './dare/drop';
import { defineMethod } from './define';
import { scalingFactor } from './options';
import { CHANCE_OPTIONS, type DellaSource, refuseChances } from './sparse/drop-by-chance';
import { planSparse } from './sparse/merge-tensors';
import { RESCALE_SUM } from './sparse/rescale';

export const dellaLinear = defineDellaLinear();

/** With another source of chance: parity with mergekit is tested on the numbers that torch drew. */
export function defineDellaLinear(source?: DellaSource) {
  return defineMethod({
    name: 'DellaLinear',
    module: 'task_arithmetic_studio.method.della_linear',
    configuration: 'della/della_linear',
    title: 'DELLA with task arithmetic',
    summary:
      'Drops elements of every task vector by chance, small ones rather than large ones, scales up the rest, and adds up.',
    kind: 'task vector',
    options: [scalingFactor(0.3), ...CHANCE_OPTIONS, { ...RESCALE_SUM, default: true }, SEED],
    check: refuseChances,
    plan: (pool, options, context) =>
      planSparse(pool, { by: 'chance', options }, 'all', context, source),
  });
}
