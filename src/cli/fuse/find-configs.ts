/** The folder of configurations that a command means. */
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ConfigError } from '../../errors';

/**
 * Where the command was called, else beside this program: `config/_get_started` works from everywhere.
 * @param configs - this program's own, for where none is told
 * @throws ConfigError where there is no such folder
 */
export async function findConfigs(
  path: string | undefined,
  cwd: string,
  configs: string,
): Promise<string> {
  if (path === undefined) return configs;
  const places = [...new Set([resolve(cwd, path), resolve(dirname(configs), path)])];
  for (const place of places) {
    const found = await stat(place).catch(() => undefined);
    if (found?.isDirectory()) return place;
  }
  throw new ConfigError(`--config-path: there is no folder ${places.join(' or ')}.`);
}
