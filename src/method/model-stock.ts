/**
 * Model Stock: between the base and the experts' average, tensor by tensor as far as the angle between the experts'
 * task vectors says: the closer they are to each other, the nearer to the average.
 * Source: Jang et al., "Model Stock" (ECCV 2024); order and rounding as FusionBench's `method/model_stock/model_stock.py`.
 */
import type { ModelPool } from '../modelpool/types';
import { defineMethod } from './define';
import { stockRatio } from './model-stock-ratio';
import { oncePerTensor } from './parts';
import { notAmong, withBuffers } from './task-vectors';
import { filled, withPart } from './vision-tensor';

/** How far a tensor goes from the base (0) to the average (1): a double. */
export type RatioOf = (pool: ModelPool, name: string) => Promise<number>;

export const modelStock = defineModelStock(stockRatio);

/** With ratios from elsewhere: FusionBench's rest on torch's order of summation, and parity is tested on its own. */
export function defineModelStock(ratioOf: RatioOf) {
  return defineMethod({
    name: 'ModelStock',
    module: 'fusion_bench.method.model_stock.model_stock',
    configuration: 'model_stock/model_stock',
    title: 'Model Stock',
    summary:
      'Goes from the base towards the average of the experts, in each tensor as far as the experts agree.',
    kind: 'weights',
    experts: { min: 2 },
    options: [
      {
        name: 'ignore_keys',
        kind: 'string list',
        default: [],
        nullable: true,
        description: 'Tensors that become the plain average of the experts.',
      },
    ],
    // Where FusionBench saves the model once more.
    ignored: [
      { name: 'model_save_path', kind: 'text', optional: true, nullable: true, default: null },
      { name: 'model_save_kwargs', kind: 'anything', optional: true },
    ],
    plan(pool, { ignore_keys }, { backend }) {
      const weighed = notAmong(ignore_keys);
      const { experts } = pool;
      const ratioOfTensor = oncePerTensor((name) => ratioOf(pool, name));
      return (part, base) =>
        filled(backend, base.length, (merged) =>
          withBuffers(backend, base.length, 1, async ([average]) => {
            if (!average) return;
            for (const [i, { model }] of experts.entries()) {
              // FusionBench sums two models as they are, and more of them onto zeros; only the sign of a zero tells.
              const first = i === 0 && experts.length === 2;
              await withPart(backend, model, part, (tuned) =>
                backend.addScaled(average, tuned, 1, first),
              );
            }
            backend.divide(average, experts.length);
            const ratio = weighed(part.name) ? await ratioOfTensor(part) : null;
            backend.addScaled(merged, average, ratio ?? 1, true);
            if (ratio !== null) backend.addScaled(merged, base, 1 - ratio, false);
          }),
        );
    },
  });
}
