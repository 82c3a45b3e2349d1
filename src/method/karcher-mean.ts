/**
 * Karcher mean: tensor by tensor the point on the sphere whose angles to all experts are in balance, with the mean of their norms; slerp
 * for any number of models.
 * Source: mergekit's `karcher`, which goes there step by step in float32; see `karcher/coefficients.ts`. FusionBench has no such method.
 */
import { defineMethod } from './define';
import { karcherCoefficients } from './karcher/coefficients';
import { oncePerTensor } from './parts';
import { filled, readVisionTensor, withPart } from './vision-tensor';

export const karcherMean = defineMethod({
  name: 'KarcherMean',
  module: 'task_arithmetic_studio.method.karcher',
  configuration: 'karcher/karcher',
  title: 'Karcher mean',
  summary:
    'The middle of the experts on the sphere, tensor by tensor, at the mean of their lengths; the base takes no part in it.',
  kind: 'weights',
  takes: 'experts',
  options: [
    {
      name: 'max_iter',
      kind: 'integer',
      default: 10,
      min: 0,
      optional: true,
      description: 'Steps towards the mean at most.',
    },
    {
      name: 'tol',
      kind: 'number',
      default: 1e-5,
      min: 0,
      optional: true,
      description: 'A shorter step is the last, and a shorter vector is left out.',
    },
  ],
  plan({ experts }, options, { backend }) {
    const coefficientsOf = oncePerTensor(async (name) => {
      const vectors: Float32Array[] = [];
      for (const { model } of experts) vectors.push(await readVisionTensor(model, name));
      return karcherCoefficients(vectors, options);
    });
    return (part, base) =>
      filled(backend, base.length, async (mean) => {
        const coefficients = await coefficientsOf(part);
        for (const [i, { model }] of experts.entries()) {
          await withPart(backend, model, part, (tuned) =>
            backend.addScaled(mean, tuned, coefficients[i] ?? 0, i === 0),
          );
        }
      });
  },
});
