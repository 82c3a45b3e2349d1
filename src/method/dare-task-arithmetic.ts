/** DARE with task arithmetic: the sum of task vectors that were thinned out by chance. See `dare/drop.ts`. */
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
import { addUp, withBuffers } from './task-vectors';
import { filled } from './vision-tensor';

export const dareTaskArithmetic = defineDareTaskArithmetic(dropByPattern);

/** With another source of chance: parity with FusionBench is tested on the elements that torch dropped. */
export function defineDareTaskArithmetic(drop: Drop) {
  return defineMethod({
    name: 'DareTaskArithmetic',
    module: 'fusion_bench.method.dare.task_arithmetic',
    configuration: 'dare/task_arithmetic',
    title: 'DARE with task arithmetic',
    summary: 'Drops most of what every expert changed by chance, scales up the rest, and adds up.',
    kind: 'task vector',
    options: [scalingFactor(0.3), ...DROP_OPTIONS, { ...RESCALE, optional: true }, SEED],
    check: refuseDroppingAll,
    plan(pool, options, { backend }) {
      const makeTaskVector = thinnedTaskVectors(pool, options, backend, drop);
      return (part, base) =>
        filled(backend, base.length, (sum) =>
          withBuffers(backend, base.length, 1, async ([delta]) => {
            if (!delta) return;
            await addUp(backend, { sum, delta }, makeTaskVector, pool.experts.length, base, part);
          }),
        );
    },
  });
}
