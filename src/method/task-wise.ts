/**
 * Task-wise coefficients: `((theta_0 + w_1 tau_1) + w_2 tau_2) + ...`, each coefficient on its own expert. Not task
 * arithmetic with weights, which adds up the task vectors first and rounds differently.
 * Source: Yang et al., "AdaMerging" (ICLR 2024), with coefficients that are given instead of learned; order and rounding
 * as FusionBench's `models/wrappers/task_wise_fusion.py`, which its algorithm runs when `weights` are set.
 */
import { defineMethod } from './define';
import { filled, withPart } from './vision-tensor';

/** What `clamp_weights` makes of a coefficient. */
function clamped(coefficient: number): number {
  return Math.min(1, Math.max(0, coefficient));
}

export const taskWise = defineMethod({
  name: 'CLIPTaskWiseAdaMergingAlgorithm',
  module: 'fusion_bench.method.adamerging.clip_task_wise_adamerging',
  configuration: 'adamerging/clip',
  configName: 'clip_task_wise_adamerging',
  title: 'Task-wise coefficients',
  summary: 'Adds every expert’s task vector to the base with a coefficient of its own.',
  kind: 'weights',
  options: [
    {
      name: 'weights',
      kind: 'number list',
      perExpert: true,
      default: [0.3],
      missing:
        'there are none, so FusionBench would learn them from pictures, which this program does not. Give one for each fine-tuned model, in pool order (method.weights=[0.3,0.4]), or use task arithmetic (method=task_arithmetic), whose one scaling factor is for all.',
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
  ignored: [
    // For `functional_call`, which only learning does; FusionBench reads them all the same.
    { name: 'tie_weights', kind: 'boolean', default: true },
    { name: 'strict', kind: 'boolean', default: false },
    // Of the learning that given coefficients leave out.
    { name: 'optimizer', kind: 'text', optional: true },
    { name: 'lr', kind: 'number', optional: true },
    { name: 'init_values', kind: 'number', optional: true, nullable: true },
    { name: 'devices', kind: 'anything', optional: true },
    { name: 'batch_size', kind: 'integer', optional: true },
    { name: 'num_workers', kind: 'integer', optional: true },
    { name: 'max_steps', kind: 'integer', optional: true },
    { name: 'fast_dev_run', kind: 'boolean', optional: true },
    { name: 'save_merging_weights', kind: 'anything', optional: true },
    { name: 'cache_dir', kind: 'text', optional: true },
  ],
  plan({ experts }, { weights, clamp_weights }, { backend }) {
    const coefficients = clamp_weights ? weights.map(clamped) : weights;
    return (part, base) =>
      filled(backend, base.length, async (merged) => {
        backend.addScaled(merged, base, 1, true);
        const delta = backend.borrow(base.length);
        try {
          for (const [i, { model }] of experts.entries()) {
            await withPart(backend, model, part, (tuned) =>
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
