/** mergekit's methods on task vectors that are thinned out, as those of this program and back. */
import { breadcrumbs } from '../../../method/breadcrumbs';
import { breadcrumbsTies } from '../../../method/breadcrumbs-ties';
import { dareTaskArithmetic } from '../../../method/dare-task-arithmetic';
import { della } from '../../../method/della';
import { dellaLinear } from '../../../method/della-linear';
import { taskArithmetic } from '../../../method/task-arithmetic';
import { tiesMerging } from '../../../method/ties-merging';
import { type MethodConfig, methodConfig } from '../methods/index';
import type { Parameters } from './mergekit-parameters';

export const TASK_VECTOR_METHODS = [
  'task_arithmetic',
  'ties',
  'dare_linear',
  'breadcrumbs',
  'breadcrumbs_ties',
  'della',
  'della_linear',
] as const;

export type TaskVectorMethod = (typeof TASK_VECTOR_METHODS)[number];

/** Whether task vectors elect a sign: `normalize` then divides by what agrees, not by all. */
export function electsSigns(name: TaskVectorMethod): boolean {
  return name === 'ties' || name === 'breadcrumbs_ties' || name === 'della';
}

/** mergekit's default of `normalize`. */
export function normalizes(name: TaskVectorMethod): boolean {
  return name === 'ties' || name === 'della';
}

/** The numbers of all models together, by name with mergekit's default. */
export type SharedNumber = (name: 'density' | 'gamma' | 'epsilon', usual: number) => number;

/** @param normalize - whether what agrees is averaged, of methods that elect signs */
export function taskVectorConfig(
  name: TaskVectorMethod,
  scaling_factor: number,
  normalize: boolean,
  { rescale }: Pick<Parameters, 'rescale'>,
  shared: SharedNumber,
): MethodConfig {
  switch (name) {
    case 'task_arithmetic':
      return methodConfig(taskArithmetic, { scaling_factor });
    case 'ties':
      return methodConfig(tiesMerging, {
        scaling_factor,
        threshold: shared('density', 1) * 100,
        merge_func: normalize ? 'mean' : 'sum',
      });
    case 'dare_linear':
      return methodConfig(dareTaskArithmetic, {
        scaling_factor,
        sparsity_ratio: 1 - shared('density', 1),
        rescale: rescale ?? true,
      });
    case 'breadcrumbs':
    case 'breadcrumbs_ties': {
      const density = shared('density', 1);
      const gamma = shared('gamma', 0.01);
      const options = { scaling_factor, density, gamma, rescale: rescale ?? false };
      return name === 'breadcrumbs'
        ? methodConfig(breadcrumbs, options)
        : methodConfig(breadcrumbsTies, { ...options, normalize });
    }
    case 'della':
    case 'della_linear': {
      const density = shared('density', 1);
      const epsilon = shared('epsilon', 0.15);
      const options = { scaling_factor, density, epsilon, rescale: rescale ?? true };
      return name === 'della_linear'
        ? methodConfig(dellaLinear, options)
        : methodConfig(della, { ...options, normalize });
    }
  }
}
