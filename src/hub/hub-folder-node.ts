/**
 * A repository in the Hugging Face cache, written as Python's library lays it out: bytes in `blobs`, under their hash;
 * `snapshots/<commit>` full of links to them; the commit that a branch means in `refs`.
 *
 * Source: huggingface_hub 2.4.0, `file_download.py` (`_create_symlink`, `_cache_commit_hash_for_specific_revision`).
 */
import { copyFile, mkdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { repositoryFolder } from '../modelpool/sources/hub-cache-node';
import type { HubFile, Listing } from './session';

export interface HubFolder {
  /** Where the bytes of a file belong. */
  blob(file: HubFile): string;
  /** Where it is by its name. */
  named(file: HubFile): string;
  /** Where its bytes are while they come in. */
  incomplete(file: HubFile): string;
  /** Whether a file is there under its name, whole. */
  has(file: HubFile): Promise<boolean>;
  /** Gives the bytes in `blob` the name of the file; `isNew` where nothing else can mean them yet. */
  name(file: HubFile, isNew: boolean): Promise<void>;
  /** Notes which commit the revision means. */
  noteRevision(): Promise<void>;
}

export function hubFolder(cache: string, { repository, commit }: Listing): HubFolder {
  const folder = repositoryFolder(cache, repository.kind, repository.name);
  const blob = (file: HubFile) => join(folder, 'blobs', file.blob);
  const named = ({ path }: HubFile) => join(folder, 'snapshots', commit, ...path.split('/'));
  return {
    blob,
    named,
    incomplete: (file) => `${blob(file)}.incomplete`,
    has: async (file) => (await sizeOf(named(file))) === file.size,
    async name(file, isNew) {
      const link = named(file);
      await mkdir(dirname(link), { recursive: true });
      // One that leads nowhere, of a download that was not finished.
      await rm(link, { force: true });
      try {
        await symlink(relative(dirname(link), blob(file)), link);
      } catch (error) {
        // Another program was first.
        if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
        // Windows allows links to few; then the file itself lies there, as Python's library has it.
        await (isNew ? rename(blob(file), link) : copyFile(blob(file), link));
      }
    },
    async noteRevision() {
      if (repository.revision === commit) return;
      const ref = join(folder, 'refs', ...repository.revision.split('/'));
      await mkdir(dirname(ref), { recursive: true });
      await writeFile(ref, commit);
    },
  };
}

/** @returns undefined where there is no file */
export async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}
