/**
 * Model Breadcrumbs: of each tensor of a task vector the largest changes and the smallest are left out, and the rest is added up.
 * Source: Davari and Belilovsky, "Model Breadcrumbs: Scaling Multi-Task Model Merging with Sparse Masks" (ECCV 2024); order and
 * rounding as mergekit's `breadcrumbs`. FusionBench has no such method.
 */
import { defineMethod } from './define';
import { scalingFactor } from './options';
import { BAND_OPTIONS } from './sparse/keep-middle';
import { planSparse } from './sparse/merge-tensors';

export const breadcrumbs = defineMethod({
  name: 'Breadcrumbs',
  module: 'task_arithmetic_studio.method.breadcrumbs',
  configuration: 'breadcrumbs/breadcrumbs',
  title: 'Model Breadcrumbs',
  summary:
    'Leaves out the largest and the smallest changes of every expert, tensor by tensor, and adds up the rest.',
  kind: 'task vector',
  options: [scalingFactor(0.3), ...BAND_OPTIONS],
  plan: (pool, options, context) => planSparse(pool, { by: 'band', options }, 'all', context),
});
