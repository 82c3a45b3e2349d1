/**
 * Task-wise coefficients: `((theta_0 + w_1 tau_1) + w_2 tau_2) + ...`, each coefficient on its own expert. Not task
 * arithmetic with weights, which adds up the task vectors first and rounds differently.
 * Source: Yang et al., "AdaMerging" (ICLR 2024), with coefficients that are given instead of learned; order and rounding
 * as FusionBench's `models/wrappers/task_wise_fusion.py`, which its algorithm runs when `weights` are set.
 */
import { defineMethod } from '../define';
import { addedOneByOne, CLAMP_WEIGHTS, clamped, LEARNING_OPTIONS } from './coefficients';

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
    CLAMP_WEIGHTS,
  ],
  ignored: LEARNING_OPTIONS,
  plan({ experts }, { weights, clamp_weights }, { backend }) {
    const coefficients = clamped(weights, clamp_weights);
    return (part, base) =>
      addedOneByOne(backend, base, part, experts, (expert) => coefficients[expert] as number);
  },
});
