/**
 * LiNeS, layer-increasing network scaling, on task arithmetic: the sum of task vectors is scaled up with depth, block `l` of
 * `L` by `alpha + beta * l / (L - 1)`, and everything outside the blocks by `alpha`. FusionBench has no such method.
 * Source: Wang et al., "LiNeS: Post-training Layer Scaling Prevents Forgetting and Enhances Model Merging" (ICLR 2025), and
 * what its authors published (`LiNeS_scaling`): `alpha` is 1 / n for a sum of n task vectors, and `beta` is searched in [0, 1].
 */
import { defineMethod } from './define';
import { scalingFactor } from './options';
import { filled, withPart } from './vision-tensor';

export const lines = defineMethod({
  name: 'LiNeS',
  module: 'task_arithmetic_studio.method.lines',
  configuration: 'lines/lines',
  title: 'LiNeS',
  summary:
    'Adds the task vectors up and scales the sum with depth: early layers, which all tasks share, move the least.',
  kind: 'task vector',
  options: [
    scalingFactor(1),
    {
      name: 'alpha',
      kind: 'factor',
      rules: ['none'],
      default: 'none',
      nullable: true,
      description:
        'The factor of the first block and of everything outside the blocks; none for 1 over the number of experts.',
    },
    {
      name: 'beta',
      kind: 'number',
      default: 0.5,
      optional: true,
      description: 'What the factor of the last block has more. The paper searches it from 0 to 1.',
    },
  ],
  plan({ pretrained, experts }, { alpha, beta }, { backend }) {
    const first = alpha === 'none' ? 1 / experts.length : alpha;
    const last = Math.max(1, pretrained.vision.layers - 1);
    const factorOf = (name: string) => {
      const block = BLOCK.exec(name)?.[1];
      return block === undefined ? first : first + beta * (Number(block) / last);
    };
    return (part, base) =>
      filled(backend, base.length, async (scaled) => {
        const sum = backend.borrow(base.length);
        try {
          for (const [i, { model, weight }] of experts.entries()) {
            await withPart(backend, model, part, (tuned) =>
              backend.accumulate(sum, base, tuned, weight, i === 0),
            );
          }
          backend.addScaled(scaled, sum, factorOf(part.name), true);
        } finally {
          backend.free(sum);
        }
      });
  },
});

const BLOCK = /^encoder\.layers\.(\d+)\./;
