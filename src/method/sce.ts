/**
 * SCE, select, calculate, erase: of each tensor the elements stay in which the experts differ most; every expert counts by the square of
 * what is left of its task vector, and of each element those have a share that agree in sign.
 * Source: Wan et al., "FuseChat: Knowledge Fusion of Chat Models" (2024); order and rounding as mergekit's `sce`, whose sums are
 * torch's in float32. FusionBench has no such method.
 */
import { defineMethod } from './define';
import { scalingFactor } from './options';
import { mergeBySquares } from './sce/merge';
import { selectByVariance } from './sce/select';
import { tensorTaskVectors } from './sparse/merge-tensors';
import { combineTensors } from './whole-tensors';

export const sce = defineMethod({
  name: 'SCE',
  module: 'task_arithmetic_studio.method.sce',
  configuration: 'sce/sce',
  title: 'SCE',
  summary:
    'Keeps the weights in which the experts differ most, and averages what agrees in sign, experts that changed much counting more.',
  kind: 'task vector',
  options: [
    scalingFactor(1),
    {
      name: 'select_topk',
      kind: 'number',
      default: 1,
      min: 0,
      max: 1,
      optional: true,
      description: 'The share of each tensor that stays, where the experts vary most; 1 keeps all.',
    },
  ],
  plan(pool, { select_topk }, { backend, signal }) {
    return combineTensors(backend, async (name) => {
      const deltas: Float32Array[] = [];
      for await (const delta of tensorTaskVectors(pool, name, signal)) deltas.push(delta);
      if (select_topk < 1) selectByVariance(deltas, select_topk);
      return mergeBySquares(deltas);
    });
  },
});
