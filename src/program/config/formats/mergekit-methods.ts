/**
 * Methods in mergekit's words, where it has them.
 *
 * Source: mergekit 0.1.5, `mergekit/merge_methods`.
 */
import { ConfigError } from '../../../errors';
import type { MethodConfig } from '../methods/index';
import type { Writable } from './write-yaml';

export interface MergekitMethod {
  readonly merge_method: string;
  readonly parameters?: Readonly<Record<string, Writable>>;
  /** Of each model, in the order of the pool. Where there are none, models have no parameters. */
  readonly weights?: readonly number[];
  /** `base`: `_pretrained_` is the base and no model. `first`: it is a model, and the first model is the base. */
  readonly base: 'base' | 'first' | 'none';
  /** What mergekit does otherwise; stands above the file. */
  readonly remark?: string;
}

/** Names of open_clip that FusionBench's own configuration leaves alone, and no model of transformers has. */
const OPEN_CLIP =
  /^model\.(?:positional_embedding|text_projection|logit_scale|token_embedding\.weight|ln_final\.(?:weight|bias))$/;

/**
 * @param weights - of each expert's task vector, in the order of the pool; only methods on task vectors have a use for them
 * @throws ConfigError for a method or an option that mergekit does not have
 */
export function mergekitMethod(method: MethodConfig, weights: readonly number[]): MergekitMethod {
  switch (method.target) {
    case 'SimpleAverageAlgorithm':
      return {
        merge_method: 'linear',
        parameters: { normalize: true },
        weights: weights.map(() => 1),
        base: 'none',
      };
    case 'WeightedAverageAlgorithm': {
      const { normalize, weights: shares } = method.options;
      return { merge_method: 'linear', parameters: { normalize }, weights: shares, base: 'none' };
    }
    case 'LinearInterpolationAlgorithm': {
      const { t } = method.options;
      return {
        merge_method: 'linear',
        parameters: { normalize: false },
        weights: [1 - t, t],
        base: 'first',
      };
    }
    case 'TaskArithmeticAlgorithm':
      return taskVectors('task_arithmetic', { lambda: method.options.scaling_factor }, weights);
    case 'TiesMergingAlgorithm':
      return ties(method.options, weights);
    case 'DareTaskArithmetic':
      return dare(method.options, method.options.scaling_factor, weights);
    case 'DareSimpleAverage':
      return dare(
        method.options,
        1 / weights.length,
        weights.map(() => 1),
      );
    case 'Breadcrumbs': {
      const { scaling_factor: lambda, density, gamma, rescale } = method.options;
      return taskVectors('breadcrumbs', { lambda, density, gamma, rescale }, weights);
    }
    case 'BreadcrumbsTies': {
      const { scaling_factor: lambda, density, gamma, rescale, normalize } = method.options;
      const parameters = { lambda, density, gamma, rescale };
      return electing('breadcrumbs_ties', parameters, weights, normalize);
    }
    case 'DellaLinear': {
      const { scaling_factor: lambda, density, epsilon, rescale } = method.options;
      const parameters = { lambda, density, epsilon, rescale };
      return { ...taskVectors('della_linear', parameters, weights), remark: OTHER_CHANCE };
    }
    case 'Della': {
      const { scaling_factor: lambda, density, epsilon, rescale, normalize } = method.options;
      const parameters = { lambda, density, epsilon, rescale };
      return { ...electing('della', parameters, weights, normalize), remark: OTHER_CHANCE };
    }
    case 'SlerpMergeAlgorithm': {
      const { t, DOT_THRESHOLD, epsilon } = method.options;
      if (DOT_THRESHOLD !== 0.9995 || epsilon !== 1e-8) {
        throw notInMergekit('other values of DOT_THRESHOLD and epsilon than 0.9995 and 1e-8');
      }
      return { merge_method: 'slerp', parameters: { t }, base: 'first' };
    }
    case 'NuSlerp': {
      const { scaling_factor, t, nuslerp_flatten, nuslerp_row_wise } = method.options;
      requireUnscaled(scaling_factor, weights);
      const parameters = { nuslerp_flatten, nuslerp_row_wise };
      return { merge_method: 'nuslerp', parameters, weights: [1 - t, t], base: 'base' };
    }
    case 'KarcherMean': {
      const { max_iter, tol } = method.options;
      return { merge_method: 'karcher', parameters: { max_iter, tol }, base: 'none' };
    }
    case 'SCE': {
      const { scaling_factor, select_topk } = method.options;
      requireUnscaled(scaling_factor, weights);
      return { merge_method: 'sce', parameters: { select_topk }, base: 'base' };
    }
    case 'ModelStock': {
      const ignored = (method.options.ignore_keys ?? []).filter((key) => !OPEN_CLIP.test(key));
      if (ignored.length > 0) throw notInMergekit(`ignore_keys (${ignored.join(', ')})`);
      return { merge_method: 'model_stock', base: 'base' };
    }
    case 'CLIPTaskWiseAdaMergingAlgorithm':
      throw new ConfigError(
        'mergekit sums task vectors up before it adds them to the base, which rounds otherwise. Choose task arithmetic, with the coefficients as the weights of the experts.',
      );
    case 'DareTiesMerging':
      throw notInMergekit('TIES after DARE: its dare_ties trims nothing');
    default:
      throw notInMergekit(method.target);
  }
}

function ties(
  options: Extract<MethodConfig, { target: 'TiesMergingAlgorithm' }>['options'],
  weights: readonly number[],
): MergekitMethod {
  const { scaling_factor, threshold, merge_func, remove_keys } = options;
  if (merge_func === 'max') throw notInMergekit('merge_func: max');
  if (remove_keys.length > 0) throw notInMergekit('remove_keys');
  // FusionBench counts thresholds above 1 as per cents.
  const density = threshold > 1 ? threshold / 100 : threshold;
  return {
    ...electing('ties', { lambda: scaling_factor, density }, weights, merge_func === 'mean'),
    remark:
      'mergekit trims every tensor on its own, FusionBench all of them together: the results differ.',
  };
}

function dare(
  {
    sparsity_ratio,
    rescale,
    only_on_linear_weights,
  }: Extract<MethodConfig, { target: 'DareSimpleAverage' }>['options'],
  lambda: number,
  weights: readonly number[],
): MergekitMethod {
  if (only_on_linear_weights) throw notInMergekit('only_on_linear_weights: true');
  return {
    ...taskVectors('dare_linear', { lambda, density: 1 - sparsity_ratio, rescale }, weights),
    remark:
      'mergekit drops other entries by chance than FusionBench, and rescales by the norm of each tensor.',
  };
}

function requireUnscaled(scalingFactor: number, weights: readonly number[]): void {
  if (scalingFactor !== 1) throw notInMergekit('a scaling factor for this method, other than 1');
  if (weights.some((weight) => weight !== 1)) {
    throw notInMergekit('weights of task vectors for this method');
  }
}

const OTHER_CHANCE = 'mergekit drops other entries by chance.';

/** Of what agrees in sign. mergekit divides by the sum of its weights, and so does a mean here where all are 1. */
function electing(
  name: string,
  parameters: Readonly<Record<string, Writable>>,
  weights: readonly number[],
  normalize: boolean,
): MergekitMethod {
  if (normalize && weights.some((weight) => weight !== 1)) {
    throw notInMergekit('a plain mean of weighted task vectors');
  }
  return taskVectors(name, parameters, weights, normalize);
}

function taskVectors(
  name: string,
  parameters: Readonly<Record<string, Writable>>,
  weights: readonly number[],
  normalize = false,
): MergekitMethod {
  return { merge_method: name, parameters: { ...parameters, normalize }, weights, base: 'base' };
}

function notInMergekit(what: string): ConfigError {
  return new ConfigError(
    `mergekit does not have ${what}. Write the configuration in FusionBench's words instead.`,
  );
}
