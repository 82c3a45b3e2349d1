/**
 * Where a configuration's models and data sets lie on this machine: a local folder, or the Hugging Face cache. Nothing is
 * downloaded here; what is missing is named with the command that fetches it.
 */
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { isCompanion, isLitter, isWeights } from '../../checkpoint/file-roles';
import type { NamedBlob } from '../../checkpoint/types';
import { byCodePoint } from '../../code-points';
import { ConfigError } from '../../errors';
import { folderFiles } from './folder-files-node';
import {
  type CacheAnswer,
  type Environment,
  findInHubCache,
  hubCacheFolder,
} from './hub-cache-node';
import { splitPart, withPart } from './part-node';
import { isRepositoryName, MOVED, type RepositoryKind } from './repository-name';

export interface FindOptions {
  readonly env: Environment;
  /** Relative references begin here. */
  readonly cwd: string;
  /** A branch, a tag or a commit of a repository. Default: `main`. */
  readonly revision?: string | undefined;
}

export interface FindModelOptions extends FindOptions {
  /** A folder inside, with `/`. */
  readonly subfolder?: string | undefined;
  /** Whether it must have weights, or only what describes a model. Default: true. */
  readonly weights?: boolean;
}

export interface FoundFolder {
  readonly folder: string;
  readonly files: readonly NamedBlob[];
}

/**
 * The files of a model: those directly in its folder, by their bare names.
 * @param reference - a folder, or a repository as `organisation/name`; `#` and a part behind it mean that part of its weights
 * @throws ConfigError that says where was looked and how to get it
 */
export async function findModelFolder(
  reference: string,
  options: FindModelOptions,
): Promise<FoundFolder> {
  const { plain, part } = await withoutPart(reference, options);
  const found = await findFolder(plain, 'model', [plain], options);
  const folder = options.subfolder ? inside(found.folder, options.subfolder) : found.folder;
  const files = await folderFiles(folder, {
    prefix: '',
    recursive: false,
    wanted: (name) => isWeights({ name }) || isCompanion({ name }),
  });
  const complete = options.weights === false ? files.length > 0 : files.some(isWeights);
  if (complete) return { folder, files: part === undefined ? files : withPart(files, part) };
  const missing =
    options.weights === false
      ? 'no files of a model'
      : 'no weights (model.safetensors, pytorch_model.bin)';
  const below = options.weights === false ? [] : await foldersWithWeights(folder);
  if (below.length > 0) {
    const example = join(plain, options.subfolder ?? '', below[0] ?? '');
    throw new ConfigError(
      `${reference}: ${folder} has ${missing} itself; ${below.length === 1 ? 'the folder' : 'the folders'} ${below.join(', ')} in it ${below.length === 1 ? 'has' : 'have'}. Name ${below.length === 1 ? 'that' : 'one of them'} (${example}).`,
    );
  }
  throw new ConfigError(
    `${reference}: ${folder} has ${missing}.${found.isRepository ? ` ${downloadHint('model', reference, options.revision)}` : ''}`,
  );
}

/** A model's reference without the part of its weights that it names. */
export async function withoutPart(
  reference: string,
  options: FindOptions,
): Promise<{ readonly plain: string; readonly part?: string }> {
  const { part } = await splitPart(localPath(reference, options));
  if (part === undefined) return { plain: reference };
  return { plain: reference.slice(0, -part.length - 1), part };
}

/**
 * The files of a data set, with those in folders inside; names begin with the data set's own.
 * @param reference - a folder, or a repository as `organisation/name`
 * @throws ConfigError that says where was looked and how to get it
 */
export async function findDatasetFolder(
  reference: string,
  options: FindOptions,
): Promise<FoundFolder> {
  const { folder, isRepository } = await findDatasetPlace(reference, options);
  const name = isRepository ? (reference.split('/').at(-1) ?? reference) : basename(folder);
  const files = await folderFiles(folder, {
    prefix: `${name}/`,
    recursive: true,
    wanted: () => true,
  });
  if (files.length > 0) return { folder, files };
  throw new ConfigError(`${reference}: ${folder} is empty.`);
}

/**
 * Where a data set lies, without a look inside.
 * @throws ConfigError as `findDatasetFolder`
 */
export function findDatasetPlace(
  reference: string,
  options: FindOptions,
): Promise<{ folder: string; isRepository: boolean }> {
  const moved = Object.hasOwn(MOVED, reference) ? MOVED[reference] : undefined;
  return findFolder(reference, 'dataset', moved ? [moved, reference] : [reference], options);
}

/**
 * The repository that a reference means; undefined where it means a path of this machine.
 * @param reference - of a model without a part of its weights
 * @throws ConfigError for a revision that can be none
 */
export async function repositoryOf(
  reference: string,
  kind: RepositoryKind,
  options: FindOptions,
): Promise<{ readonly name: string; readonly revision: string } | undefined> {
  const isLocal = (await pathType(localPath(reference, options))) !== 'nothing';
  if (isLocal || !isRepositoryName(reference) || isAbsolute(reference)) return undefined;
  const moved = kind === 'dataset' && Object.hasOwn(MOVED, reference) ? MOVED[reference] : null;
  const revision = checkedRevision(options.revision ?? 'main', reference);
  return { name: moved ?? reference, revision };
}

async function findFolder(
  reference: string,
  kind: RepositoryKind,
  names: readonly string[],
  options: FindOptions,
): Promise<{ folder: string; isRepository: boolean }> {
  const local = localPath(reference, options);
  const type = await pathType(local);
  if (type === 'folder') return { folder: local, isRepository: false };
  if (type === 'file') {
    throw new ConfigError(`${reference} is a file. Name the folder that it lies in.`);
  }
  if (!isRepositoryName(reference) || isAbsolute(reference)) {
    throw new ConfigError(`${reference}: there is no folder ${local}.`);
  }
  const revision = checkedRevision(options.revision ?? 'main', reference);
  const cache = hubCacheFolder(options.env);
  const answers: CacheAnswer[] = [];
  for (const name of names) {
    const answer = await findInHubCache(cache, kind, name, revision);
    if (answer.kind === 'found') return { folder: answer.folder, isRepository: true };
    answers.push(answer);
  }
  throw notFound(reference, kind, local, answers, options.revision);
}

/** The folders directly inside that hold a model's or an adapter's weights. */
async function foldersWithWeights(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const found: string[] = [];
  for (const name of names.sort(byCodePoint)) {
    if (isLitter(name)) continue;
    const inner = await readdir(join(folder, name));
    if (inner.some((file) => isWeights({ name: file }))) found.push(name);
  }
  return found;
}

function localPath(reference: string, { cwd, env }: FindOptions): string {
  const home = env.HOME ?? env.USERPROFILE ?? homedir();
  return resolve(
    cwd,
    reference.replace(/^~(?=$|[/\\])/, () => home),
  );
}

function inside(folder: string, subfolder: string): string {
  const path = join(folder, subfolder);
  if (path.startsWith(folder) && !subfolder.split(/[/\\]/).includes('..')) return path;
  throw new ConfigError(`subfolder ${subfolder} leaves ${folder}, which it must not.`);
}

function checkedRevision(revision: string, reference: string): string {
  if (/^[\w./-]+$/.test(revision) && !revision.split('/').includes('..')) return revision;
  throw new ConfigError(`${reference}: ${JSON.stringify(revision)} is no branch, tag or commit.`);
}

async function pathType(path: string): Promise<'folder' | 'file' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return 'nothing';
  }
}

function notFound(
  reference: string,
  kind: RepositoryKind,
  local: string,
  answers: readonly CacheAnswer[],
  revision: string | undefined,
): ConfigError {
  const lines = [
    `${reference}: this ${kind === 'model' ? 'model' : 'data set'} is not on this machine. Looked for`,
  ];
  lines.push(`  the folder ${local}`);
  for (const answer of answers) {
    const others =
      answer.kind === 'other-revisions'
        ? ` (there are ${answer.revisions.join(', ') || 'no revisions'}, not ${revision ?? 'main'})`
        : '';
    lines.push(`  the Hugging Face cache ${answer.folder}${others}`);
  }
  lines.push(downloadHint(kind, reference, revision));
  return new ConfigError(lines.join('\n'));
}

function downloadHint(
  kind: RepositoryKind,
  reference: string,
  revision: string | undefined,
): string {
  const moved =
    kind === 'dataset' && Object.hasOwn(MOVED, reference) ? MOVED[reference] : undefined;
  const type = kind === 'dataset' ? ' --repo-type dataset' : '';
  const at = revision === undefined ? '' : ` --revision ${revision}`;
  return `Nothing is downloaded by itself. To get it: hf download ${moved ?? reference}${type}${at}`;
}
