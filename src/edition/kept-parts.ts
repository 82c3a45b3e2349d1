/**
 * Files that are on their way, in parts: on the disk, so that a download goes on after a reload, or in memory where the
 * browser gives a page no disk to write to (Safari before 26), so that it goes on within the tab. A part is there as a whole
 * or not at all. What nobody went on with for a week is removed.
 */
import { StorageError } from '../errors';

export interface KeptParts {
  /** In order. */
  list(): Promise<readonly Blob[]>;
  /** Behind the others. */
  put(part: Blob): Promise<void>;
  clear(): Promise<void>;
}

export interface PartsStore {
  /** @param key - which file it is: the hash of its bytes */
  open(key: string): Promise<KeptParts>;
}

const FOLDER = 'studio-hub-parts';
const KEPT_MS = 7 * 24 * 60 * 60_000;

export async function openPartsStore(): Promise<PartsStore> {
  const folder = await openFolder();
  if (!folder) return memoryParts();
  await sweep(folder).catch(() => undefined);
  return { open: (key) => diskParts(folder, key) };
}

async function openFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  if (typeof FileSystemFileHandle === 'undefined') return undefined;
  if (!('createWritable' in FileSystemFileHandle.prototype)) return undefined;
  try {
    const root = await navigator.storage.getDirectory();
    return await root.getDirectoryHandle(FOLDER, { create: true });
  } catch {
    // Refused in some private windows and embedded frames.
    return undefined;
  }
}

async function diskParts(root: FileSystemDirectoryHandle, key: string): Promise<KeptParts> {
  let folder = await root.getDirectoryHandle(key, { create: true });
  const nameOf = (place: number) => String(place).padStart(8, '0');
  const list = async () => {
    const files: Blob[] = [];
    for (const name of (await namesIn(folder)).sort()) {
      // One that is missing ends what can be gone on with.
      if (name !== nameOf(files.length)) break;
      files.push(await (await folder.getFileHandle(name)).getFile());
    }
    return files;
  };
  let count = (await list()).length;
  return {
    list,
    async put(part) {
      try {
        const file = await folder.getFileHandle(nameOf(count), { create: true });
        const out = await file.createWritable();
        await out.write(part);
        await out.close();
      } catch (cause) {
        await folder.removeEntry(nameOf(count)).catch(() => undefined);
        throw new StorageError(
          `The browser keeps no more of this download (${cause instanceof Error ? cause.message : String(cause)}). What came before is kept: free disk space, and try again.`,
          { cause },
        );
      }
      count += 1;
    },
    async clear() {
      await root.removeEntry(key, { recursive: true });
      folder = await root.getDirectoryHandle(key, { create: true });
      count = 0;
    },
  };
}

/** Without the outer folders that are left empty, and what is too old to be gone on with. */
async function sweep(root: FileSystemDirectoryHandle): Promise<void> {
  for (const key of await namesIn(root)) {
    const folder = await root.getDirectoryHandle(key);
    let newest = 0;
    for (const name of await namesIn(folder)) {
      const { lastModified } = await (await folder.getFileHandle(name)).getFile();
      newest = Math.max(newest, lastModified);
    }
    if (Date.now() - newest > KEPT_MS) await root.removeEntry(key, { recursive: true });
  }
}

async function namesIn(folder: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = [];
  for await (const name of folder.keys()) names.push(name);
  return names;
}

export function memoryParts(): PartsStore {
  const all = new Map<string, Blob[]>();
  return {
    async open(key) {
      const parts = all.get(key) ?? [];
      all.set(key, parts);
      return {
        list: async () => parts,
        put: async (part) => void parts.push(part),
        clear: async () => void parts.splice(0),
      };
    },
  };
}
