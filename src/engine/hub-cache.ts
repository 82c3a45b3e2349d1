/**
 * Folders of the Hugging Face cache among a drop: their files are those of a snapshot. Browsers that follow no links in a
 * folder bring the blobs alone, without their names: those of a model are told from their bytes where that is clear.
 */
import { type HubCachePath, hubCachePath, hubOrigin } from '../checkpoint/hub-cache-path';
import type { DroppedFile, Finding } from './api';
import { blobNames } from './blob-names';

export interface OutOfCache {
  /** All that lies in no such folder, and the files of one snapshot of each: a data set's by paths that begin with its name. */
  readonly files: readonly DroppedFile[];
  readonly findings: readonly Finding[];
  /** Where a data set's file or folder comes from, by its path among `files`, as `hubOrigin` tells it. */
  originOf(path: string): string | undefined;
}

interface Repository {
  readonly at: HubCachePath;
  /** By commit. */
  readonly snapshots: Map<string, DroppedFile[]>;
  readonly refs: Map<string, File>;
  readonly blobs: File[];
}

/** A commit has 40 letters; a longer note is none. */
const MAX_REF_BYTES = 64;

export async function outOfHubCache(dropped: readonly DroppedFile[]): Promise<OutOfCache> {
  const files: DroppedFile[] = [];
  const repositories = new Map<string, Repository>();
  for (const item of dropped) {
    const at = hubCachePath(item.path);
    if (!at) {
      files.push(item);
      continue;
    }
    const repository: Repository = repositories.get(at.folder) ?? {
      at,
      snapshots: new Map(),
      refs: new Map(),
      blobs: [],
    };
    repositories.set(at.folder, repository);
    const { within } = at;
    if (within.place === 'ref') repository.refs.set(within.revision, item.file);
    if (within.place === 'blob') repository.blobs.push(item.file);
    if (within.place !== 'snapshot') continue;
    const snapshot = repository.snapshots.get(within.commit) ?? [];
    // A model's name is read from the path itself (`groupModelFiles`), a task's is that of its folder.
    const path = at.kind === 'model' ? item.path : `${lastName(at)}/${within.path}`;
    snapshot.push({ path, file: item.file });
    repository.snapshots.set(within.commit, snapshot);
  }
  const findings: Finding[] = [];
  /** By the first part of paths; undefined where files of several origins have the same one. */
  const snapshotOf = new Map<string, string | undefined>(
    files.map(({ path }) => [firstPart(path), undefined]),
  );
  for (const repository of repositories.values()) {
    const { at, snapshots } = repository;
    const commit = await chosenCommit(repository);
    if (commit !== undefined) {
      files.push(...(snapshots.get(commit) ?? []));
      if (at.kind === 'dataset') {
        const name = lastName(at);
        const isAlone = !snapshotOf.has(name);
        snapshotOf.set(name, isAlone ? `${at.folder}/snapshots/${commit}` : undefined);
      }
      if (snapshots.size > 1) findings.push(oneOfSeveral(at, commit, snapshots.size));
      continue;
    }
    const named = at.kind === 'model' ? await blobNames(repository.blobs) : null;
    for (const [name, file] of named ?? []) {
      files.push({ path: `${at.folder}/snapshots/blobs/${name}`, file });
    }
    findings.push(named ? namesTold(at, [...named.keys()]) : withoutNames(at));
  }
  const originOf = (path: string) => {
    const top = firstPart(path);
    const snapshot = snapshotOf.get(top);
    if (snapshot === undefined) return undefined;
    return hubOrigin(`${snapshot}/${path.slice(top.length + 1)}`)?.replace(/\/$/, '');
  };
  return { files, findings, originOf };
}

/** The snapshot that `main` means, else the last; undefined where there is none with files. */
async function chosenCommit({ snapshots, refs }: Repository): Promise<string | undefined> {
  const main = refs.get('main');
  const named = main && main.size <= MAX_REF_BYTES ? (await main.text()).trim() : '';
  return snapshots.has(named) ? named : [...snapshots.keys()].at(-1);
}

function firstPart(path: string): string {
  return path.split('/', 1)[0] ?? '';
}

/** Without the organisation. */
function lastName({ repository }: HubCachePath): string {
  return repository.slice(repository.indexOf('/') + 1);
}

function namesTold({ repository }: HubCachePath, names: readonly string[]): Finding {
  return {
    severity: 'info',
    subject: repository,
    message:
      'Its folder in the Hugging Face cache came without the names of its files (links, which this browser leaves out). They were told from what the files hold.',
    details: names,
  };
}

function withoutNames(at: HubCachePath): Finding {
  const { repository, kind, folder } = at;
  const name = lastName(at);
  const own = folder.slice(folder.lastIndexOf('/') + 1);
  const type = kind === 'dataset' ? ' --repo-type dataset' : '';
  return {
    severity: 'error',
    subject: repository,
    message: `Its folder in the Hugging Face cache came without the names of its files: they are links there, and this browser leaves links in a folder out. Make a folder of plain files and drop that: cp -rL ${own}/snapshots/* ${name}, or hf download ${repository}${type} --local-dir ${name}`,
    details: [],
  };
}

function oneOfSeveral({ repository }: HubCachePath, commit: string, count: number): Finding {
  return {
    severity: 'info',
    subject: repository,
    message: `Its folder in the Hugging Face cache has ${count} revisions; ${commit} is taken. Drop the folder of another one (in snapshots) to add that.`,
    details: [],
  };
}
