/**
 * Spherical linear interpolation between two models, each tensor as one vector: along the arc instead of the chord,
 * and along the chord where the vectors point the same way.
 * Source: Shoemake, "Animating Rotation with Quaternion Curves" (SIGGRAPH 1985); order and rounding as FusionBench's
 * `method/slerp/slerp_utils.py`.
 */
import { defineMethod } from './define';
import { oncePerTensor } from './parts';
import { type SlerpOptions, slerpCoefficients } from './slerp-coefficients';
import { TWO_MODELS, twoModels } from './two-models';
import { filled, readVisionTensor, withPart } from './vision-tensor';

/** The factors of two vectors of one tensor; null where they are to be interpolated linearly. */
export type CoefficientsOf = (
  name: string,
  first: Float32Array,
  second: Float32Array,
  options: SlerpOptions,
) => readonly [number, number] | null;

export const slerp = defineSlerp((_name, first, second, options) =>
  slerpCoefficients(first, second, options),
);

/** With coefficients from elsewhere: FusionBench's rest on torch's order of summation, and parity is tested on its own. */
export function defineSlerp(coefficientsOf: CoefficientsOf) {
  return defineMethod({
    name: 'SlerpMergeAlgorithm',
    module: 'fusion_bench.method.slerp.slerp',
    configuration: 'slerp/slerp',
    title: 'Slerp',
    summary:
      'The arc between two models instead of the straight line: from the base to its only expert, or between two experts.',
    kind: 'weights',
    ...TWO_MODELS,
    options: [
      {
        name: 't',
        kind: 'number',
        default: 0.5,
        description: '0 gives the first model, 1 the second; the arc goes on beyond both.',
      },
      {
        name: 'DOT_THRESHOLD',
        kind: 'number',
        default: 0.9995,
        optional: true,
        description: 'Above this cosine a tensor is interpolated linearly.',
      },
      {
        name: 'epsilon',
        kind: 'number',
        default: 1e-8,
        optional: true,
        description: 'Vectors whose norm is not above this are not normalised.',
      },
    ],
    plan(pool, options, { backend }) {
      const models = twoModels(pool);
      const [first, second] = models;
      const factorsOf = oncePerTensor(
        async (name) =>
          coefficientsOf(
            name,
            await readVisionTensor(first, name),
            await readVisionTensor(second, name),
            options,
          ) ?? [1 - options.t, options.t],
      );
      return (part, base) =>
        filled(backend, base.length, async (merged) => {
          const factors = await factorsOf(part);
          for (const [i, model] of models.entries()) {
            await withPart(backend, model, part, (values) =>
              backend.addScaled(merged, values, factors[i] ?? 0, i === 0),
            );
          }
        });
    },
  });
}
