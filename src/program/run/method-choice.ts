/** The method of a configuration as the method that is run. */
import { ConfigError } from '../../errors';
import { isFlat, type LayerFactors } from '../../method/layers/factors';
import { type LayerPlan, plannedFactors } from '../../method/layers/plan';
import { isChosenMethod, type MethodOption, type MethodOptions } from '../../method/options';
import { findMethod } from '../../method/registry';
import type { Method } from '../../method/types';
import type { ModelPool } from '../../modelpool/types';
import { decisiveOptions, withoutFactor } from '../config/methods/definition';
import type { MethodConfig } from '../config/methods/index';

export interface RunnableMethod {
  readonly method: Method;
  /** Without the scaling factor: it is applied to what was combined. */
  readonly options: MethodOptions;
  /** 1 where the method has none. */
  readonly scalingFactor: number;
  /** Of the experts' task vectors, in pool order, where the configuration gives some in the scaling factor's place. */
  readonly expertWeights?: readonly number[];
  /** Of the pool's tensors; absent where all are 1. */
  readonly layers?: LayerFactors;
}

/**
 * Null for `DummyAlgorithm` and `TaskVectorCosSimilarity`, which merge nothing.
 * @param seed - the program's, for a method that draws by chance and is not told a seed of its own
 * @throws ConfigError for a method that configurations know and this program does not run
 */
export function runnableMethod(
  { target, options }: MethodConfig,
  seed: number | null,
): RunnableMethod | null {
  if (target === 'DummyAlgorithm' || target === 'TaskVectorCosSimilarity') return null;
  const method = findMethod(target);
  if (!method) throw new ConfigError(`method._target_: ${target} cannot be run.`);
  const { told, factor } = withoutFactor(method, decisiveOptions(method, options));
  return {
    method,
    options: seed === null ? told : withSeed(method.options, told, seed),
    scalingFactor: typeof factor === 'number' ? factor : 1,
    ...(typeof factor === 'object' && { expertWeights: factor }),
  };
}

/** The options with the program's seed where there is one to be told, and none is. */
function withSeed(
  described: readonly MethodOption[],
  told: MethodOptions,
  seed: number,
): MethodOptions {
  const draws = described.some(({ name }) => name === 'seed');
  const seeded: MethodOptions = draws ? { seed, ...told } : told;
  return Object.fromEntries(
    Object.entries(seeded).map(([name, value]) => {
      const option = described.find((candidate) => candidate.name === name);
      if (option?.kind !== 'method' || !isChosenMethod(value)) return [name, value];
      const chosen = option.methods.find((offer) => offer.name === value.method);
      return [
        name,
        chosen ? { ...value, options: withSeed(chosen.options, value.options, seed) } : value,
      ];
    }),
  );
}

/** The method with the layer factors that are planned for this pool. Throws ConfigError as `plannedFactors`. */
export function withLayers(
  runnable: RunnableMethod,
  plan: LayerPlan,
  { mergedNames, experts }: ModelPool,
): RunnableMethod {
  const layers = plannedFactors(plan, mergedNames, experts.length);
  return isFlat(layers) ? runnable : { ...runnable, layers };
}
