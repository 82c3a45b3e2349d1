/**
 * Scratch files on disk, in the origin private file system. Each has a random name in the library's own folder and a Web
 * Lock of that name for as long as it is wanted: what nobody holds at the next start is garbage.
 */
import { holdLock, ifUnlocked, locksAvailable } from './locks';
import type { ScratchTarget } from './scratch-target';

/** Only in dedicated workers, so not in TypeScript's DOM library. Safari before 16.4 returns promises throughout. */
interface SyncAccessHandle {
  write(data: Uint8Array, options: { at: number }): number;
  flush(): void | Promise<void>;
  close(): void | Promise<void>;
}
type WritableFileHandle = FileSystemFileHandle & {
  createSyncAccessHandle?: () => Promise<SyncAccessHandle>;
};

const scratchLock = (storeName: string, id: string) => `${storeName}:scratch:${id}`;

/** The library's folder, or undefined where there is no OPFS or no lock to protect its files with. */
async function openFolder(storeName: string): Promise<FileSystemDirectoryHandle | undefined> {
  if (!locksAvailable()) return undefined;
  try {
    const root = await globalThis.navigator?.storage?.getDirectory();
    return await root?.getDirectoryHandle(`${storeName}-scratch`, { create: true });
  } catch {
    // Refused in some private windows and embedded frames.
    return undefined;
  }
}

/** Undefined where this browser (or this thread) cannot. */
export async function openDiskTarget(
  storeName: string,
  id: string,
): Promise<ScratchTarget | undefined> {
  const folder = await openFolder(storeName);
  if (!folder) return undefined;
  const release = await holdLock(scratchLock(storeName, id));
  let handle: SyncAccessHandle | undefined;
  let closed = false;
  let size = 0;

  const close = async () => {
    if (closed) return;
    closed = true;
    await handle?.close();
  };
  const discard = async () => {
    // What cannot be removed now is removed at the next start.
    await close().catch(() => undefined);
    await folder.removeEntry(id).catch(() => undefined);
    release();
  };

  try {
    const file: WritableFileHandle = await folder.getFileHandle(id, { create: true });
    handle = await file.createSyncAccessHandle?.();
    if (!handle) {
      await discard();
      return undefined;
    }
    return { write, finish: () => finish(file), discard };
  } catch {
    await discard();
    return undefined;
  }

  function write(chunk: Uint8Array): void {
    // A write may be short, and says so only by its result.
    for (let at = 0; at < chunk.length; ) {
      const written = handle?.write(chunk.subarray(at), { at: size }) ?? 0;
      if (written <= 0) {
        throw new DOMException('The disk took no more bytes.', 'QuotaExceededError');
      }
      at += written;
      size += written;
    }
  }

  async function finish(file: FileSystemFileHandle): Promise<Blob> {
    await handle?.flush();
    await close();
    return file.getFile();
  }
}

/** Removes the scratch files that no tab holds, and says how many. */
export async function sweepDisk(storeName: string): Promise<number> {
  const folder = await openFolder(storeName);
  if (!folder) return 0;
  let removed = 0;
  for (const id of await namesIn(folder)) {
    await ifUnlocked(scratchLock(storeName, id), async () => {
      const gone = await folder.removeEntry(id).then(
        () => 1,
        () => 0,
      );
      removed += gone;
    });
  }
  return removed;
}

/** Empty where the folder cannot be read: leftovers are no reason not to start. */
async function namesIn(folder: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const name of folder.keys()) names.push(name);
  } catch {
    return [];
  }
  return names;
}
