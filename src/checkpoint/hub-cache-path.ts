/**
 * Paths inside the Hugging Face cache: `models--org--name/snapshots/<commit>/model.safetensors`. A snapshot has the names,
 * mostly as links to `blobs`, which have the bytes; `refs` say which snapshot a branch means.
 *
 * Source: huggingface_hub 2.4.0, `file_download.py`, `repo_folder_name`.
 */

export interface HubCachePath {
  readonly kind: 'model' | 'dataset';
  /** `organisation/name`, or `name` alone for the oldest ones. */
  readonly repository: string;
  /** Its folder in the cache, with what lies around it. */
  readonly folder: string;
  readonly within:
    | { readonly place: 'snapshot'; readonly commit: string; readonly path: string }
    | { readonly place: 'ref'; readonly revision: string }
    | { readonly place: 'blob' }
    | { readonly place: 'other' };
}

const REPOSITORY = /^(?:.*\/)?(models|datasets)--([^/]+)(?=\/)/;

/** @returns undefined for a path outside of such a folder */
export function hubCachePath(path: string): HubCachePath | undefined {
  const [folder, kinds, flat] = REPOSITORY.exec(path) ?? [];
  if (folder === undefined || flat === undefined) return undefined;
  const [, first = '', commit, ...rest] = path.slice(folder.length).split('/');
  const inside = [commit, ...rest].join('/');
  return {
    kind: kinds === 'models' ? 'model' : 'dataset',
    repository: flat.replace('--', '/'),
    folder,
    within: withinOf(first, commit, rest, inside),
  };
}

/**
 * What a folder of files is called: that of a snapshot, or one inside, by its repository (`organisation/name/inside`), any
 * other by its own name.
 */
export function folderTitle(folder: string): string {
  const at = hubCachePath(`${folder}/`);
  if (at?.within.place !== 'snapshot') return folder.slice(folder.lastIndexOf('/') + 1);
  return `${at.repository}/${at.within.path}`.replace(/\/$/, '');
}

/**
 * Where a file of a snapshot comes from: `organisation/name@commit/path`.
 * @returns undefined for any other path, and where the commit is not known
 */
export function hubOrigin(path: string): string | undefined {
  const at = hubCachePath(path);
  if (at?.within.place !== 'snapshot' || !/^[0-9a-f]{40}$/.test(at.within.commit)) return undefined;
  return `${at.repository}@${at.within.commit}/${at.within.path}`;
}

function withinOf(
  first: string,
  commit: string | undefined,
  rest: readonly string[],
  inside: string,
): HubCachePath['within'] {
  if (first === 'snapshots' && commit && rest.length > 0) {
    return { place: 'snapshot', commit, path: rest.join('/') };
  }
  if (first === 'refs') return { place: 'ref', revision: inside };
  return { place: first === 'blobs' ? 'blob' : 'other' };
}
