/**
 * Files that are there whole or not at all: written under another name in the same folder, and renamed when they are done.
 */
import { rmSync } from 'node:fs';
import { mkdir, open, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';

/** Files being written; what is left of them when the process ends was never finished. */
const unfinished = new Set<string>();

/**
 * Writes a file, making the folders on its way. Where that fails nothing of it stays, neither the file nor new folders, and
 * what was there before is as it was.
 * @throws Error of the file system, and the signal's reason
 */
export async function writeFileWhole(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  const folder = dirname(path);
  const firstMade = await mkdir(folder, { recursive: true });
  const partial = join(folder, `.${basename(path)}.${process.pid}.partial`);
  unfinished.add(partial);
  try {
    const file = await open(partial, 'w');
    try {
      for await (const chunk of chunks) {
        signal?.throwIfAborted();
        await file.writeFile(chunk);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    signal?.throwIfAborted();
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    if (firstMade) await removeEmpty(folder, firstMade);
    throw error;
  } finally {
    unfinished.delete(partial);
  }
}

/** The folder and those around it up to `top`, as long as nothing lies in them. */
async function removeEmpty(folder: string, top: string): Promise<void> {
  const steps = relative(top, folder).split(sep).filter(Boolean).length;
  let current = folder;
  for (let step = 0; step <= steps; step++) {
    const removed = await rmdir(current).then(
      () => true,
      () => false,
    );
    if (!removed) return;
    current = dirname(current);
  }
}

/** For the end of a process that does not wait: removes what was not finished. */
export function removeUnfinished(): void {
  for (const path of unfinished) rmSync(path, { force: true });
}
