/** `checkpoint.pt#model_ema`: a path on the command line, and which part of what it holds is meant. */
import { stat } from 'node:fs/promises';
import { isWeights } from '../../checkpoint/file-roles';
import type { NamedBlob } from '../../checkpoint/types';

/** Splits a reference at its last `#`, unless a file or folder is called so as a whole. */
export async function splitPart(
  path: string,
): Promise<{ readonly file: string; readonly part?: string }> {
  const at = path.lastIndexOf('#');
  if (at < 1 || at === path.length - 1 || (await exists(path))) return { file: path };
  return { file: path.slice(0, at), part: path.slice(at + 1) };
}

/** The files, with the part noted at those that are weights. */
export function withPart(files: readonly NamedBlob[], part: string): NamedBlob[] {
  const isLone = files.length === 1;
  return files.map((file) => (isLone || isWeights(file) ? { ...file, part } : file));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
