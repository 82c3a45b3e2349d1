/**
 * Linear interpolation: `(1 - t) theta_a + t theta_b` between two models (WiSE-FT, where one is the base).
 * Source: Wortsman et al., "Robust fine-tuning of zero-shot models" (CVPR 2022); order and rounding as FusionBench's
 * `method/linear/linear_interpolation.py`, which 0.2.33 never gets to: it asserts that a list equals 2.
 */
import { defineMethod } from './define';
import { TWO_MODELS, twoModels } from './two-models';
import { filled, withPart } from './vision-tensor';

export const linearInterpolation = defineMethod({
  name: 'LinearInterpolationAlgorithm',
  module: 'fusion_bench.method.linear.linear_interpolation',
  configuration: 'linear/linear_interpolation',
  title: 'Linear interpolation',
  summary:
    'The straight line between two models: from the base to its only expert, or between two experts.',
  kind: 'weights',
  ...TWO_MODELS,
  options: [
    {
      name: 't',
      kind: 'number',
      default: 0.5,
      min: 0,
      max: 1,
      description: '0 gives the first model, 1 the second.',
    },
  ],
  plan(pool, { t }, { backend }) {
    const models = twoModels(pool);
    const weights = [1 - t, t];
    return (part, base) =>
      filled(backend, base.length, async (sum) => {
        for (const [i, model] of models.entries()) {
          const weight = weights[i] as number;
          // A weight of zero is left out, not multiplied; the sum starts from zeros, never from the first model.
          if (weight === 0) continue;
          await withPart(backend, model, part, (values) =>
            backend.addScaled(sum, values, weight, false),
          );
        }
      });
  },
});
