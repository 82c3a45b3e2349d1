/**
 * MagMax: of every element's task vectors the one of the largest magnitude, the later one on a tie.
 * Source: Marczak et al., "MagMax" (ECCV 2024); order and rounding as FusionBench's `method/magmax/magmax.py`.
 */
import { defineMethod } from './define';
import { scalingFactor } from './options';
import { filled, withPart } from './vision-tensor';

export const magMax = defineMethod({
  name: 'MagMaxAlgorithm',
  module: 'fusion_bench.method.magmax.magmax',
  configuration: 'magmax/magmax',
  title: 'MagMax',
  summary:
    'Takes, weight by weight, the largest change that any expert made, and drops the others.',
  kind: 'task vector',
  options: [{ ...scalingFactor(0.5), optional: true }],
  ignored: [{ name: 'inplace', kind: 'boolean', optional: true, default: true }],
  plan({ experts }, _options, { backend }) {
    return (part, base) =>
      filled(backend, base.length, async (selected) => {
        const candidate = backend.borrow(base.length);
        try {
          for (const [i, { model, weight }] of experts.entries()) {
            const delta = i === 0 ? selected : candidate;
            await withPart(backend, model, part, (tuned) =>
              backend.accumulate(delta, base, tuned, weight, true),
            );
            if (i > 0) backend.takeLarger(selected, candidate);
          }
        } finally {
          backend.free(candidate);
        }
      });
  },
});
