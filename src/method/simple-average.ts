/**
 * Simple average: `((theta_1 + theta_2) + ...) / n`, the base left out; also known as uniform model soup.
 * Source: Wortsman et al., "Model soups" (ICML 2022); order and rounding as FusionBench's `method/simple_average.py`.
 */
import { defineMethod } from './define';
import { filled, withPart } from './vision-tensor';

export const simpleAverage = defineMethod({
  name: 'SimpleAverageAlgorithm',
  module: 'fusion_bench.method.simple_average',
  configuration: 'simple_average',
  title: 'Simple average',
  summary: 'The mean of the experts; the base takes no part in it.',
  kind: 'weights',
  takes: 'experts',
  options: [],
  ignored: [
    { name: 'show_pbar', kind: 'boolean', optional: true, default: false },
    { name: 'inplace', kind: 'boolean', optional: true, default: true },
  ],
  plan({ experts }, _options, { backend }) {
    return (part, base) =>
      filled(backend, base.length, async (mean) => {
        for (const [i, { model }] of experts.entries()) {
          await withPart(backend, model, part, (tuned) =>
            backend.addScaled(mean, tuned, 1, i === 0),
          );
        }
        backend.divide(mean, experts.length);
      });
  },
});
