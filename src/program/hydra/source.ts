/** Where configuration files come from: a folder on disk, or files in memory. */
import { ConfigError } from '../../errors';

/** A tree of YAML files; paths are relative to its top, with `/`. */
export interface ConfigSource {
  /** The text of a file, or undefined where there is none. */
  readonly read: (path: string) => Promise<string | undefined>;
  /**
   * The names of files and folders in a folder (`''` is the top), or undefined where there is no such folder. Without it a
   * config group is known only by the option that is asked for, and messages cannot name the others.
   */
  readonly list?: (folder: string) => Promise<readonly string[] | undefined>;
  /** Why a file is not there that whoever asks for it may know from elsewhere, as a sentence; undefined where it is merely wrong. */
  readonly explain?: (path: string) => string | undefined;
}

/** A source of files in memory, by path. */
export function configFiles(
  files: ReadonlyMap<string, string>,
): Required<Omit<ConfigSource, 'explain'>> {
  return {
    read: async (path) => files.get(path),
    list: async (folder) => {
      const prefix = folder === '' ? '' : `${folder}/`;
      const names = [...files.keys()]
        .filter((path) => path.startsWith(prefix))
        .map((path) => path.slice(prefix.length).split('/')[0] ?? '');
      return names.length > 0 ? [...new Set(names)] : undefined;
    },
  };
}

/**
 * A path inside the tree: no empty steps and none that leave it.
 * @throws ConfigError for `..`
 */
export function insideTree(path: string): string {
  const steps = path.split('/').filter((step) => step !== '' && step !== '.');
  if (!steps.includes('..')) return steps.join('/');
  throw new ConfigError(`${path} leaves the folder of configurations, which .. must not.`);
}
