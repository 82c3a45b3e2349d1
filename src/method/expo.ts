/**
 * ExPO: beyond the expert, or the mean of several, away from the base: `theta + alpha * (theta - theta_0)`.
 * Source: Zheng et al., "Model Extrapolation Expedites Alignment" (ACL 2025); order and rounding as FusionBench's
 * `method/linear/expo.py`, which averages several experts by its simple average first.
 */
import { defineMethod } from './define';
import { withBuffers } from './task-vectors';
import { filled, withPart } from './vision-tensor';

export const expo = defineMethod({
  name: 'ExPOAlgorithm',
  module: 'fusion_bench.method.linear.expo',
  configuration: 'linear/expo',
  title: 'ExPO',
  summary:
    'Goes on beyond the expert, or the mean of the experts, in the direction away from the base.',
  kind: 'weights',
  options: [
    {
      name: 'extrapolation_factor',
      kind: 'number',
      default: 0.1,
      description: 'How far it goes on, as a share of the way from the base; 0 stays at the mean.',
    },
  ],
  plan({ experts }, { extrapolation_factor }, { backend }) {
    return (part, base) =>
      filled(backend, base.length, (merged) =>
        withBuffers(backend, base.length, 1, async ([delta]) => {
          if (!delta) return;
          for (const [i, { model }] of experts.entries()) {
            await withPart(backend, model, part, (tuned) =>
              backend.addScaled(merged, tuned, 1, i === 0),
            );
          }
          if (experts.length > 1) backend.divide(merged, experts.length);
          backend.accumulate(delta, base, merged, 1, true);
          backend.addScaled(merged, delta, extrapolation_factor, false);
        }),
      );
  },
});
