/** Dropped files and zips as a tree of folders. */
import { isLitterName } from '../../checkpoint/file-roles';
import type { NamedBlob } from '../../checkpoint/types';
import type { Folder, Remark, SourceFile } from './sources';
import { nameRemark, zipEntries } from './zip-entries';

/** Deeper paths are put aside: nothing that is looked for lies there, and a tree is walked by recursion. */
const MAX_DEPTH = 32;

function folder(name: string, path: string): Folder {
  return { name, path, files: [], folders: new Map() };
}

/** The folder at this path, made where it is not there. */
function folderAt(root: Folder, parts: readonly string[]): Folder {
  let parent = root;
  for (const part of parts) {
    let child = parent.folders.get(part);
    if (!child) {
      child = folder(part, parent.path === '' ? part : `${parent.path}/${part}`);
      parent.folders.set(part, child);
    }
    parent = child;
  }
  return parent;
}

/** Puts a file into the tree, making the folders on its way. */
function place(root: Folder, parts: readonly string[], read: () => Promise<Blob>): void {
  if (parts.length > MAX_DEPTH || parts.some(isLitterName)) return;
  const parent = folderAt(root, parts.slice(0, -1));
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
 * The trees of what was dropped: one for each folder, and one for each zip that lies in none; a zip is a folder of its
 * name where it lies, so that a `tasks.json` beside it is around it. Files that lie in no folder stand in `loose`. Hidden
 * files and what operating systems leave behind are gone.
 *
 * @throws FormatError for a zip that cannot be read.
 */
export async function folderTrees(
  files: readonly NamedBlob<Blob>[],
): Promise<{ roots: Folder[]; loose: readonly SourceFile[]; remarks: Remark[] }> {
  const remarks: Remark[] = [];
  const dropped = folder('', '');
  for (const file of files) {
    const path = parts(file.name);
    if (!isZip(file.name)) place(dropped, path, async () => file.blob);
    else if (!path.some(isLitterName) && path.length <= MAX_DEPTH) {
      const name = path.at(-1) ?? '';
      const content = folder(name.replace(/\.zip$/i, ''), file.name);
      const entries = await zipEntries(file);
      const remark = nameRemark(entries);
      if (remark !== undefined) remarks.push({ name: file.name, remark });
      for (const entry of entries) place(content, parts(entry.name), entry.read);
      // By its whole name: a folder of the same name may lie beside it.
      folderAt(dropped, path.slice(0, -1)).folders.set(name, content);
    }
  }
  return { roots: [...dropped.folders.values()], loose: dropped.files, remarks };
}
