/**
 * The Hugging Face cache on disk, read as `huggingface_hub` lays it out:
 * `models--org--name/refs/main` names the commit whose files are in `models--org--name/snapshots/<commit>`.
 *
 * Source: huggingface_hub 2.4.0, `constants.py` and `file_download.py`.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { RepositoryKind } from './repository-name';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the cache has of a repository. */
export type CacheAnswer =
  | { readonly kind: 'found'; readonly folder: string }
  /** The repository is there, the revision is not. */
  | {
      readonly kind: 'other-revisions';
      readonly folder: string;
      readonly revisions: readonly string[];
    }
  | { readonly kind: 'missing'; readonly folder: string };

/** The folder that `huggingface_hub` keeps repositories in. */
export function hubCacheFolder(env: Environment): string {
  return expandPath(
    env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(hubHome(env), 'hub'),
    env,
  );
}

/** The folder of all that Hugging Face's libraries keep: the cache, and the token of whoever is logged in. */
export function hubHome(env: Environment): string {
  const cacheHome = env.XDG_CACHE_HOME || join(homeOf(env), '.cache');
  return expandPath(env.HF_HOME || join(cacheHome, 'huggingface'), env);
}

/** A path of the environment with `~` and variables in it. */
export function expandPath(path: string, env: Environment): string {
  return path
    .replace(/^~(?=$|[/\\])/, () => homeOf(env))
    .replaceAll(
      /\$(\w+)|\$\{(\w+)\}/g,
      (whole, a?: string, b?: string) => env[a ?? b ?? ''] ?? whole,
    );
}

function homeOf(env: Environment): string {
  return env.HOME ?? env.USERPROFILE ?? homedir();
}

/** Where a repository lies in the cache, whether or not there is anything. */
export function repositoryFolder(cache: string, kind: RepositoryKind, name: string): string {
  return join(cache, [`${kind}s`, ...name.split('/')].join('--'));
}

/**
 * Looks a repository up.
 * @param revision - a branch, a tag, or a whole commit hash
 */
export async function findInHubCache(
  cache: string,
  kind: RepositoryKind,
  name: string,
  revision: string,
): Promise<CacheAnswer> {
  const repository = repositoryFolder(cache, kind, name);
  const commit = await readRef(repository, revision);
  const folder = join(repository, 'snapshots', commit);
  if (await isFolder(folder)) return { kind: 'found', folder };
  if (!(await isFolder(repository))) return { kind: 'missing', folder: repository };
  return { kind: 'other-revisions', folder: repository, revisions: await revisions(repository) };
}

async function readRef(repository: string, revision: string): Promise<string> {
  try {
    return (await readFile(join(repository, 'refs', revision), 'utf8')).trim();
  } catch {
    // Not a branch or tag of this cache: it can still be the commit itself.
    return revision;
  }
}

/** Branches and tags, and the commits whose files are here. */
async function revisions(repository: string): Promise<string[]> {
  const entries = async (folder: string, wanted: 'isFile' | 'isDirectory') => {
    const path = join(repository, folder);
    if (!(await isFolder(path))) return [];
    const all = await readdir(path, { withFileTypes: true });
    return all.filter((entry) => entry[wanted]()).map(({ name }) => name);
  };
  return [...(await entries('refs', 'isFile')), ...(await entries('snapshots', 'isDirectory'))];
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
