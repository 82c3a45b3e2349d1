/** The pools of a configuration alone: for whoever asks only which models and pictures it names. */
import { ConfigError } from '../../../errors';
import { readLoneFile } from '../../hydra/lone-file';
import { readModelPool } from './modelpool';
import { type Reading, throwProblems } from './reading';
import { readTaskPool } from './taskpool';
import type { ProgramConfig } from './types';

/**
 * Reads a program without a defaults list, or one pool of it in a file of its own.
 * @param file - name for messages
 * @throws ConfigError with every problem of the pools, and where there are none
 */
export function readPools(
  text: string,
  file: string,
): { modelpool: ProgramConfig['modelpool'] | null; taskpool: ProgramConfig['taskpool'] } {
  const { config, referenced } = readLoneFile(text, file, {});
  const reading: Reading = { problems: [], referenced, withoutEffect: [] };
  const models = config.get('modelpool') ?? (config.has('models') ? config : undefined);
  const tasks = config.get('taskpool') ?? (config.has('clip_model') ? config : null);
  if (models === undefined && tasks === null) {
    throw new ConfigError(`${file} has neither a modelpool nor a taskpool.`);
  }
  const modelpool = models === undefined ? null : (readModelPool(reading, models) ?? null);
  const taskpool = readTaskPool(reading, tasks) ?? null;
  throwProblems(reading);
  return { modelpool, taskpool };
}
