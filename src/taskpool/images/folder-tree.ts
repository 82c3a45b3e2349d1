/** Dropped files and zips as a tree of folders. */
import type { NamedBlob } from '../../checkpoint/types';
import { isLitter } from './picture-files';
import type { Folder, SourceFile } from './sources';
import { zipEntries } from './zip-entries';

/** Deeper paths are put aside: nothing that is looked for lies there, and a tree is walked by recursion. */
const MAX_DEPTH = 32;

function folder(name: string, path: string): Folder {
  return { name, path, files: [], folders: new Map() };
}

/** Puts a file into the tree, making the folders on its way. */
function place(root: Folder, parts: readonly string[], read: () => Promise<Blob>): void {
  if (parts.length > MAX_DEPTH || isLitter(parts)) return;
  let parent = root;
  for (const part of parts.slice(0, -1)) {
    let child = parent.folders.get(part);
    if (!child) {
      child = folder(part, parent.path === '' ? part : `${parent.path}/${part}`);
      parent.folders.set(part, child);
    }
    parent = child;
  }
  const name = parts.at(-1) ?? '';
  parent.files.push({ name, path: parent.path === '' ? name : `${parent.path}/${name}`, read });
}

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

function isZip(name: string): boolean {
  return /\.zip$/i.test(name);
}

/**
 * The trees of what was dropped: one for each zip, named by it, and one for each dropped folder. Files that lie in no
 * folder stand in `loose`. Hidden files and what operating systems leave behind are gone.
 *
 * @throws FormatError for a zip that cannot be read.
 */
export async function folderTrees(
  files: readonly NamedBlob[],
): Promise<{ roots: Folder[]; loose: readonly SourceFile[] }> {
  const zips: Folder[] = [];
  const dropped = folder('', '');
  for (const file of files) {
    const path = parts(file.name);
    if (!isZip(file.name)) place(dropped, path, async () => file.blob);
    else if (!isLitter(path)) {
      const root = folder((path.at(-1) ?? '').replace(/\.zip$/i, ''), file.name);
      for (const entry of await zipEntries(file)) place(root, parts(entry.name), entry.read);
      zips.push(root);
    }
  }
  return { roots: [...dropped.folders.values(), ...zips], loose: dropped.files };
}
