/**
 * Task-wise coefficients: `((theta_0 + w_1 tau_1) + w_2 tau_2) + ...`, each coefficient on its own expert. Not task
 * arithmetic with weights, which adds up the task vectors first and rounds differently.
 * Source: Yang et al., "AdaMerging" (ICLR 2024), with coefficients that are given instead of learned; order and rounding
 * as FusionBench's `models/wrappers/task_wise_fusion.py`, which its algorithm runs when `weights` are set.
 */
import { defineMethod } from './define';
import { filled, withTensor } from './vision-tensor';

export const taskWise = defineMethod({
  name: 'CLIPTaskWiseAdaMergingAlgorithm',
  title: 'Task-wise coefficients',
  summary: 'Adds every expert’s task vector to the base with a coefficient of its own.',
  kind: 'weights',
  options: [
    {
      name: 'weights',
      kind: 'number list',
      perExpert: true,
      default: [0.3],
      description:
        'One coefficient for each expert, in pool order. They are given, not learned: FusionBench trains them where there are none, from 0.3.',
    },
    {
      name: 'clamp_weights',
      kind: 'boolean',
      default: false,
      description: 'Brings coefficients below 0 to 0 and above 1 to 1.',
    },
  ],
  // Of the training that given coefficients leave out, and of `functional_call`.
  ignored: [
    'optimizer',
    'lr',
    'init_values',
    'tie_weights',
    'strict',
    'devices',
    'batch_size',
    'num_workers',
    'max_steps',
    'fast_dev_run',
    'save_merging_weights',
    'cache_dir',
  ],
  plan({ experts }, { weights, clamp_weights }, { backend }) {
    const coefficients = clamp_weights ? weights.map((w) => Math.min(1, Math.max(0, w))) : weights;
    return (name, base) =>
      filled(backend, base.length, async (merged) => {
        backend.addScaled(merged, base, 1, true);
        const delta = backend.allocate(base.length);
        try {
          for (const [i, { model }] of experts.entries()) {
            await withTensor(backend, model, name, (tuned) =>
              backend.accumulate(delta, base, tuned, 1, true),
            );
            backend.addScaled(merged, delta, coefficients[i] as number, false);
          }
        } finally {
          backend.free(delta);
        }
      });
  },
});
