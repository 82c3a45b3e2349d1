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

/** What is not there, or is a folder where a file is meant (or the other way round), is undefined. */
async function orUndefined<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    throw cause;
  }
}
