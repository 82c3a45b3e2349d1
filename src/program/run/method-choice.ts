/** The method of a configuration as the method that is run. */
import { ConfigError } from '../../errors';
import { SCALING_FACTOR } from '../../method/options';
import { findMethod } from '../../method/registry';
import type { Method } from '../../method/types';
import type { MethodConfig } from '../config/methods/index';

export interface RunnableMethod {
  readonly method: Method;
  /** Without the scaling factor: it is applied to what was combined. */
  readonly options: Readonly<Record<string, OptionValue>>;
  /** 1 where the method has none. */
  readonly scalingFactor: number;
}

type OptionValue = number | boolean | string | readonly number[] | readonly string[];

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
  const known = new Set(method.options.map(({ name }) => name));
  const given = Object.entries(options as Readonly<Record<string, unknown>>).filter(
    ([name, value]) => known.has(name) && name !== SCALING_FACTOR && value != null,
  ) as [string, OptionValue][];
  const chosen = Object.fromEntries(given);
  if (seed !== null && known.has('seed')) chosen.seed ??= seed;
  const scalingFactor = SCALING_FACTOR in options ? options[SCALING_FACTOR] : 1;
  return { method, options: chosen, scalingFactor };
}
