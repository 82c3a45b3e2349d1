/** The method of a configuration as the method that is run. */
import { ConfigError } from '../../errors';
import { type MethodOptions, SCALING_FACTOR } from '../../method/options';
import { findMethod } from '../../method/registry';
import type { Method } from '../../method/types';
import { decisiveOptions } from '../config/methods/definition';
import type { MethodConfig } from '../config/methods/index';

export interface RunnableMethod {
  readonly method: Method;
  /** Without the scaling factor: it is applied to what was combined. */
  readonly options: MethodOptions;
  /** 1 where the method has none. */
  readonly scalingFactor: number;
}

/**
 * Null for `DummyAlgorithm`, which merges nothing.
 * @param seed - the program's, for a method that draws by chance and is not told a seed of its own
 * @throws ConfigError for a method that configurations know and this program does not run
 */
export function runnableMethod(
  { target, options }: MethodConfig,
  seed: number | null,
): RunnableMethod | null {
  if (target === 'DummyAlgorithm') return null;
  const method = findMethod(target);
  if (!method) throw new ConfigError(`method._target_: ${target} cannot be run.`);
  const { [SCALING_FACTOR]: factor, ...told } = decisiveOptions(method, options);
  const draws = method.options.some(({ name }) => name === 'seed');
  return {
    method,
    options: seed !== null && draws ? { seed, ...told } : told,
    scalingFactor: typeof factor === 'number' ? factor : 1,
  };
}
