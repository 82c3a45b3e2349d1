/**
 * Model Breadcrumbs with the sign election of TIES: of what is left of the task vectors only that counts which has the sign of
 * their sum. Order and rounding as mergekit's `breadcrumbs_ties`; see `breadcrumbs.ts`. FusionBench has no such method.
 */
import { defineMethod } from './define';
import { scalingFactor } from './options';
import { BAND_OPTIONS } from './sparse/keep-middle';
import { planSparse } from './sparse/merge-tensors';
import { consensusOf, NORMALIZE } from './sparse/normalize';

export const breadcrumbsTies = defineMethod({
  name: 'BreadcrumbsTies',
  module: 'task_arithmetic_studio.method.breadcrumbs_ties',
  configuration: 'breadcrumbs/breadcrumbs_ties',
  title: 'Model Breadcrumbs with TIES',
  summary:
    'Leaves out the largest and the smallest changes of every expert, lets the rest vote on a sign for each weight, and adds up those that agree.',
  kind: 'task vector',
  options: [scalingFactor(0.3), ...BAND_OPTIONS, { ...NORMALIZE, default: false }],
  plan: (pool, options, context) =>
    planSparse(pool, { by: 'band', options }, consensusOf(options), context),
});
