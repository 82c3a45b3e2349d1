/**
 * DELLA: elements of a task vector are dropped by chance, small ones rather than large ones, the rest is scaled up and votes on a sign,
 * and what agrees is averaged. See `sparse/drop-by-chance.ts`. Order and rounding as mergekit's `della`; FusionBench has no such method.
 */
import { SEED } from './dare/drop';
import { defineMethod } from './define';
import { scalingFactor } from './options';
import { CHANCE_OPTIONS, type DellaSource, refuseChances } from './sparse/drop-by-chance';
import { planSparse } from './sparse/merge-tensors';
import { consensusOf, NORMALIZE } from './sparse/normalize';
import { RESCALE_SUM } from './sparse/rescale';

export const della = defineDella();

/** With another source of chance: parity with mergekit is tested on the numbers that torch drew. */
export function defineDella(source?: DellaSource) {
  return defineMethod({
    name: 'Della',
    module: 'task_arithmetic_studio.method.della',
    configuration: 'della/della',
    title: 'DELLA',
    summary:
      'Drops elements of every task vector by chance, small ones rather than large ones, then lets the rest vote on signs and averages those that agree.',
    kind: 'task vector',
    options: [
      scalingFactor(1),
      ...CHANCE_OPTIONS,
      { ...NORMALIZE, default: true },
      { ...RESCALE_SUM, default: true },
      SEED,
    ],
    check: refuseChances,
    plan: (pool, options, context) =>
      planSparse(pool, { by: 'chance', options }, consensusOf(options), context, source),
  });
}
