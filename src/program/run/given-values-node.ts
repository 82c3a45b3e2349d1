/** Options of a method whose values a configuration leaves to a file. */
import { resolve } from 'node:path';
import { fileSource } from '../../checkpoint/file-source-node';
import { ConfigError } from '../../errors';
import type { OptionValue } from '../../method/options';
import { filesOfOptions, type MethodConfig } from '../config/methods/index';
import { readWeightsTable } from '../weights-table';
import type { Surroundings } from './surroundings';
import { systemReason } from './system-reason';

/**
 * The method with the values in the place of the files' names.
 *
 * @throws ConfigError where a file is not there, FormatError where it holds something else
 */
export async function withGivenValues(
  config: MethodConfig,
  { cwd }: Pick<Surroundings, 'cwd'>,
): Promise<MethodConfig> {
  const read: Record<string, OptionValue> = {};
  for (const [name, file] of filesOfOptions(config)) {
    const path = resolve(cwd, file);
    const blob = await fileSource(path).catch((cause: unknown) => {
      throw new ConfigError(
        `method.${name}: ${path} cannot be read (${systemReason(cause)}). Name the file that FusionBench saved, from where the command is called.`,
        { cause },
      );
    });
    read[name] = await readWeightsTable({ name: path, blob });
  }
  // Its options are those of its target still.
  return { ...config, options: { ...config.options, ...read } } as MethodConfig;
}
