/**
 * NuSLERP: the task vectors of two experts are interpolated along the arc between them, each tensor as one vector or by its rows.
 * Order and rounding as mergekit's `nuslerp` with a base, whose sums are torch's in float32; here they are made in float64. FusionBench
 * has no such method: its slerp is between the models themselves.
 */
import { defineMethod } from './define';
import { alongAxis, interpolateOnArc } from './nuslerp/arc';
import { scalingFactor } from './options';
import { tensorTaskVectors } from './sparse/merge-tensors';
import { visionTensor } from './vision-tensor';
import { combineTensors } from './whole-tensors';

export const nuSlerp = defineMethod({
  name: 'NuSlerp',
  module: 'task_arithmetic_studio.method.nuslerp',
  configuration: 'nuslerp/nuslerp',
  title: 'NuSLERP',
  summary:
    'The arc between the task vectors of two experts, whose length stays between theirs where that of their mean shrinks.',
  kind: 'task vector',
  experts: { min: 2, max: 2 },
  options: [
    scalingFactor(1),
    {
      name: 't',
      kind: 'number',
      default: 0.5,
      optional: true,
      description: '0 gives the first expert, 1 the second; the arc goes on beyond both.',
    },
    {
      name: 'nuslerp_flatten',
      kind: 'boolean',
      default: true,
      optional: true,
      description: 'Takes each tensor as one vector; otherwise each of its rows is one.',
    },
    {
      name: 'nuslerp_row_wise',
      kind: 'boolean',
      default: false,
      optional: true,
      description: 'Not flattened, goes along the first dimension in place of the last.',
    },
  ],
  plan(pool, { t, nuslerp_flatten, nuslerp_row_wise }, { backend, signal }) {
    return combineTensors(backend, async (name) => {
      const { shape } = visionTensor(pool.pretrained, name);
      const vectors: Float32Array[] = [];
      for await (const vector of tensorTaskVectors(pool, name, signal)) vectors.push(vector);
      const [first, second] = vectors;
      if (!first || !second) throw new RangeError('an arc needs two experts');
      const axis = nuslerp_row_wise ? 0 : shape.length - 1;
      const vector = nuslerp_flatten ? { length: first.length, stride: 1 } : alongAxis(shape, axis);
      return interpolateOnArc(first, second, t, vector);
    });
  },
});
