/** The files of a folder as blobs: nothing is read before somebody asks for bytes. */
import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileSource } from '../../checkpoint/file-source-node';
import type { NamedBlob } from '../../checkpoint/types';
import { byCodePoint } from '../../code-points';
import { ConfigError } from '../../errors';

/** ImageNet has 1.3 million pictures; a folder with more was named by mistake (`/`, say). */
const MAX_FILES = 2_000_000;

/** Deeper than any data set or model lies; ends circles of links. */
const MAX_DEPTH = 12;

/** Files that are opened at once. */
const AT_ONCE = 64;

export interface FolderOptions {
  /** What the names of the blobs begin with; '' for bare names. */
  readonly prefix: string;
  /** Looks into folders inside as well. */
  readonly recursive: boolean;
  readonly wanted: (name: string) => boolean;
}

/**
 * Files by path, folder by folder in code-point order; hidden ones are left out. Links are followed: the Hugging Face cache is made of them.
 * @throws ConfigError for a link that leads nowhere, which is a download that was not finished
 */
export async function folderFiles(folder: string, options: FolderOptions): Promise<NamedBlob[]> {
  const paths = await listFiles(folder, '', options, 0);
  const files: NamedBlob[] = [];
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    const opened = paths.slice(at, at + AT_ONCE).map(async (path) => ({
      name: options.prefix + path,
      blob: await fileSource(join(folder, path)),
    }));
    files.push(...(await Promise.all(opened)));
  }
  return files;
}

async function listFiles(
  folder: string,
  inside: string,
  options: FolderOptions,
  depth: number,
): Promise<string[]> {
  const entries = await readdir(join(folder, inside), { withFileTypes: true });
  const paths: string[] = [];
  for (const entry of entries.sort((a, b) => byCodePoint(a.name, b.name))) {
    const path = inside + entry.name;
    if (entry.name.startsWith('.')) continue;
    const kind = entry.isSymbolicLink() ? await linkedKind(join(folder, path)) : entry;
    if (kind.isFile() && options.wanted(entry.name)) paths.push(path);
    if (kind.isDirectory() && options.recursive && depth < MAX_DEPTH) {
      paths.push(...(await listFiles(folder, `${path}/`, options, depth + 1)));
    }
    if (paths.length > MAX_FILES) {
      throw new ConfigError(`${folder} has more than ${MAX_FILES} files. Is it the right folder?`);
    }
  }
  return paths;
}

/** What a link leads to. */
async function linkedKind(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (cause) {
    throw new ConfigError(
      `${path} is a link to a file that is not there: its download was not finished. Download it again.`,
      { cause },
    );
  }
}
