/**
 * The Hugging Face cache on disk, read as `huggingface_hub` lays it out:
 * `models--org--name/refs/main` names the commit whose files are in `models--org--name/snapshots/<commit>`.
 *
 * Source: huggingface_hub 2.4.0, `constants.py` and `file_download.py`.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

export type RepositoryKind = 'model' | 'dataset';

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

/** `organisation/name`, or `name` alone for the oldest ones. */
export function isRepositoryName(reference: string): boolean {
  return /^[\w][\w.-]*(?:\/[\w][\w.-]*)?$/.test(reference) && !reference.includes('..');
}

/** The folder that `huggingface_hub` keeps repositories in. */
export function hubCacheFolder(env: Environment): string {
  const home = env.HOME ?? env.USERPROFILE ?? homedir();
  const expanded = (path: string) =>
    path
      .replace(/^~(?=$|[/\\])/, () => home)
      .replaceAll(
        /\$(\w+)|\$\{(\w+)\}/g,
        (whole, a?: string, b?: string) => env[a ?? b ?? ''] ?? whole,
      );
  const cacheHome = env.XDG_CACHE_HOME || join(home, '.cache');
  const hubHome = env.HF_HOME || join(cacheHome, 'huggingface');
  return expanded(env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(hubHome, 'hub'));
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
  const repository = join(cache, [`${kind}s`, ...name.split('/')].join('--'));
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
