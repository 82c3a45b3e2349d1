/** A folder of configuration files on disk, for programs in Node. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigSource } from './source';

/** The YAML files under `folder`. */
export function configFolder(folder: string): Required<Omit<ConfigSource, 'explain'>> {
  return {
    read: (path) => orUndefined(readFile(join(folder, path), 'utf8')),
    list: (path) => orUndefined(readdir(join(folder, path))),
  };
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
async function orUndefined<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (NOT_THERE.has(code)) return undefined;
    throw cause;
  }
}
