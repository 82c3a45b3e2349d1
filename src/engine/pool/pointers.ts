/** Git LFS pointers among a drop: what their names promise is not there, and other weights beside them are taken instead. */
import { baseName, isStandardWeights, roleOf } from '../../checkpoint/file-roles';
import { isLfsPointer } from '../../checkpoint/identify-file';
import type { DroppedFile, Finding } from '../api';

const WEIGHTS = new Set(['weights', 'adapter weights']);

/**
 * The files without the pointers that lie beside real weights, and what is said of those. A pointer alone stays: the reader
 * says what it is.
 */
export async function withoutPointers(
  files: readonly DroppedFile[],
): Promise<{ readonly files: readonly DroppedFile[]; readonly findings: readonly Finding[] }> {
  const weights = files.filter(({ path }) => WEIGHTS.has(roleOf(path)));
  const pointers = new Set<DroppedFile>();
  for (const file of weights) {
    if (await isLfsPointer({ name: file.path, blob: file.file })) pointers.add(file);
  }
  const real = weights.filter((file) => !pointers.has(file));
  const dropped = [...pointers].filter((pointer) => real.some((file) => isInstead(file, pointer)));
  return {
    files: files.filter((file) => !dropped.includes(file)),
    findings: dropped.map(({ path }) => ({
      severity: 'info',
      message: `${path} is a Git LFS pointer, not the file that it points to: the weights beside it are taken.`,
      details: [],
    })),
  };
}

/**
 * Are these the same weights in another format? In a folder they are; of files that were chosen one by one only those by whose
 * names programs find weights.
 */
function isInstead({ path }: DroppedFile, pointer: DroppedFile): boolean {
  if (folderOf(path) !== folderOf(pointer.path)) return false;
  const isChosen = folderOf(path) === '';
  return !isChosen || [path, pointer.path].every((name) => isStandardWeights({ name }));
}

function folderOf(path: string): string {
  return path.slice(0, path.length - baseName(path).length);
}
