/**
 * DARE with a simple average: `theta_0 + (1 / n) * S`, `S` the sum of task vectors that were thinned out by chance. See
 * `dare/drop.ts`. Order and rounding as FusionBench's `method/dare/simple_average.py`, which is its task arithmetic with
 * that factor.
 */
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
import { addUp, withBuffers } from './task-vectors';
import { filled } from './vision-tensor';

export const dareSimpleAverage = defineDareSimpleAverage(dropByPattern);

/** With another source of chance: parity with FusionBench is tested on the elements that torch dropped. */
export function defineDareSimpleAverage(drop: Drop) {
  return defineMethod({
    name: 'DareSimpleAverage',
    module: 'fusion_bench.method.dare.simple_average',
    configuration: 'dare/simple_average',
    title: 'DARE with a simple average',
    summary: 'Drops most of what every expert changed by chance, scales up the rest, and averages.',
    kind: 'weights',
    options: [...DROP_OPTIONS, { ...RESCALE, optional: true }, SEED],
    check: refuseDroppingAll,
    plan({ experts, ...pool }, options, { backend }) {
      // An average has no use for weights of task vectors.
      const equals = experts.map(({ model }) => ({ model, weight: 1 }));
      const makeTaskVector = thinnedTaskVectors(
        { ...pool, experts: equals },
        options,
        backend,
        drop,
      );
      return (part, base) =>
        filled(backend, base.length, (merged) =>
          withBuffers(backend, base.length, 2, async ([sum, delta]) => {
            if (!sum || !delta) return;
            await addUp(backend, { sum, delta }, makeTaskVector, equals.length, base, part);
            backend.scaleAndAdd(merged, base, sum, 1 / equals.length);
          }),
        );
    },
  });
}
