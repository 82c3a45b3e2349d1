/** A folder of configuration files on disk, for programs in Node. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigSource } from './source';

/** The YAML files under `folder`. */
export function configFolder(folder: string): Required<Omit<ConfigSource, 'explain'>> {
  return {
    read: (path) => orUndefined(readRegular(join(folder, path))),
    list: (path) => orUndefined(readdir(join(folder, path))),
  };
}

/** A pipe or a device would never come to an end. */
async function readRegular(path: string): Promise<string | undefined> {
  return (await stat(path)).isFile() ? readFile(path, 'utf8') : undefined;
}

/** No such file or folder; a folder where a file is meant, or the other way round; a name that no file can have. */
const NOT_THERE: ReadonlySet<unknown> = new Set([
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'ENAMETOOLONG',
  'ERR_INVALID_ARG_VALUE',
]);

/** What is not there is undefined. */
async function orUndefined<T>(reading: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (NOT_THERE.has(code)) return undefined;
    throw cause;
  }
}
