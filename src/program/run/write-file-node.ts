/**
 * Files that are there whole or not at all: written under another name in the same folder, and renamed when they are done.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, open, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { StorageError } from '../../errors';
import { systemReason } from './system-reason';

/** Files being written; what is left of them when the process ends was never finished. */
const unfinished = new Set<string>();

/**
 * Writes a file, making the folders on its way. Where that fails nothing of it stays, neither the file nor new folders, and
 * what was there before is as it was. What is there and is no regular file (a device, a pipe) is never replaced.
 * @throws StorageError that names the file and why, whatever `chunks` throws, and the signal's reason
 */
export async function writeFileWhole(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  const onDisk = <T>(work: Promise<T>): Promise<T> => work.catch((cause) => refused(path, cause));
  const target = await onDisk(replaceable(path));
  const folder = dirname(target);
  const firstMade = await onDisk(mkdir(folder, { recursive: true }));
  // Machines that share a disk have processes with the same number.
  const own = `${process.pid}-${randomBytes(4).toString('hex')}`;
  const partial = join(folder, `.${basename(target)}.${own}.partial`);
  unfinished.add(partial);
  try {
    const file = await onDisk(open(partial, 'w'));
    try {
      for await (const chunk of chunks) {
        signal?.throwIfAborted();
        await onDisk(file.writeFile(chunk));
      }
      await onDisk(file.sync());
    } finally {
      await onDisk(file.close());
    }
    signal?.throwIfAborted();
    await onDisk(rename(partial, target));
  } catch (error) {
    await rm(partial, { force: true });
    if (firstMade) await removeEmpty(folder, firstMade);
    throw error;
  } finally {
    unfinished.delete(partial);
  }
}

/** The file itself, where a link leads to it: the link stays one. */
async function replaceable(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return path;
  if (found.isFile()) return realpath(path);
  throw new StorageError(
    `${path} could not be written: it is no regular file, and only those are replaced. Name another place.`,
  );
}

function refused(path: string, cause: unknown): never {
  const reason = systemReason(cause);
  if (reason === undefined) throw cause;
  throw new StorageError(
    `${path} could not be written: ${reason}. Nothing of it is left; make room or name another place.`,
    { cause },
  );
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
