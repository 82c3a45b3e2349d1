/** Dropped files, zips and tar archives as a tree of folders. */
import type { ByteSource } from '../../checkpoint/byte-source';
import { isLitterName } from '../../checkpoint/file-roles';
import type { NamedBlob } from '../../checkpoint/types';
import { isTarName, openTar } from '../tar/open-tar';
import { unpacked } from '../tar/unpacked';
import { isWebDataset } from '../tar/web-dataset';
import type { Folder, Remark, SourceFile } from './sources';
import { nameRemark, zipEntries } from './zip-entries';

/** Deeper paths are put aside: nothing that is looked for lies there, and a tree is walked by recursion. */
const MAX_DEPTH = 32;

/** Of a tar archive, to tell a WebDataset from a folder. */
const FIRST_FILES = 16;

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
function place(root: Folder, parts: readonly string[], read: () => Promise<ByteSource>): void {
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

interface Packed {
  readonly name: string;
  read(): Promise<ByteSource>;
}

/** The files of a zip, or of a tar archive that somebody made of a folder; of a WebDataset the archive, without gzip. */
async function packedIn(
  file: NamedBlob<Blob>,
  remarks: Remark[],
): Promise<readonly Packed[] | Blob | undefined> {
  if (isZip(file.name)) {
    const entries = await zipEntries(file);
    const remark = nameRemark(entries);
    if (remark !== undefined) remarks.push({ name: file.name, remark });
    return entries;
  }
  if (!isTarName(file.name)) return undefined;
  const archive = { name: file.name, blob: (await unpacked(file)) ?? file.blob };
  if (isWebDataset(file.name, await openTar(archive, FIRST_FILES))) return archive.blob;
  return (await openTar(archive)).map(({ name, blob }) => ({ name, read: async () => blob }));
}

/**
 * The trees of what was dropped: one for each folder, and one for each archive that lies in none; it is a folder of its
 * name where it lies, so that a `tasks.json` beside it is around it. Files that lie in no folder stand in `loose`. Hidden
 * files and what operating systems leave behind are gone.
 *
 * @throws FormatError for an archive that cannot be read.
 */
export async function folderTrees(
  files: readonly NamedBlob<Blob>[],
): Promise<{ roots: Folder[]; loose: readonly SourceFile[]; remarks: Remark[] }> {
  const remarks: Remark[] = [];
  const dropped = folder('', '');
  for (const file of files) {
    const path = parts(file.name);
    const isPutAside = path.some(isLitterName) || path.length > MAX_DEPTH;
    const packed = isPutAside ? undefined : await packedIn(file, remarks);
    if (packed instanceof Blob) place(dropped, path, async () => packed);
    else if (packed) {
      const name = path.at(-1) ?? '';
      const content = folder(name.replace(/\.(?:zip|tar(?:\.gz)?|tgz)$/i, ''), file.name);
      for (const entry of packed) place(content, parts(entry.name), entry.read);
      // By its whole name: a folder of the same name may lie beside it.
      folderAt(dropped, path.slice(0, -1)).folders.set(name, content);
    } else if (!isPutAside) place(dropped, path, async () => file.blob);
  }
  return { roots: [...dropped.folders.values()], loose: dropped.files, remarks };
}
