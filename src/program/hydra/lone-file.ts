/** One file that is a whole configuration: no defaults list, no overrides, no run. What a run saved of itself is one. */
import { ConfigError } from '../../errors';
import { parseConfigFile } from './defaults/repository';
import { createResolver } from './interpolation/resolve';
import type { ResolverContext } from './interpolation/resolvers';
import type { Composition } from './run';
import { type Node, type Scalar, toTree } from './values/node';

/**
 * Reads and resolves a lone file. Its name without folder and extension stands for `${hydra:job.config_name}`.
 * @param file - name for messages
 * @throws ConfigError as `compose`, and where the file needs others beside it
 */
export function readLoneFile(
  text: string,
  file: string,
  env: ResolverContext['env'],
): Omit<Composition, 'run'> {
  const { content, defaults } = parseConfigFile(text, file);
  if (defaults.length > 0) {
    throw new ConfigError(
      `${file} has a defaults list: it is made of several files, and needs the folder that it lies in.`,
    );
  }
  const name = stem(file);
  const facts = new Map<string, Scalar>([
    ['job.config_name', name],
    ['job.name', name],
    ['job.num', 0],
    ['runtime.cwd', '.'],
  ]);
  const hydra = (path: string): Node => {
    const value = facts.get(path);
    if (value !== undefined) return value;
    throw new ConfigError(`Hydra has no value ${path} for a lone file.`);
  };
  const resolver = createResolver(content, { env, now: new Date(), hydra });
  resolver.resolveAll();
  return { config: toTree(content), referenced: resolver.referenced };
}

/** The name of a file without folder and extension. */
function stem(file: string): string {
  return (file.split('/').at(-1) ?? file).replace(/\.ya?ml$/, '');
}
