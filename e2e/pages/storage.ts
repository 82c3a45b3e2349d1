/** The library in its worker, driven with the files chosen in this page's own input. */
import { proxy, wrap } from 'comlink';
import { expose } from '../support/pages';
import type { StorageWorker } from './storage-worker';

const worker = wrap<StorageWorker>(
  new Worker(new URL('./storage-worker.ts', import.meta.url), { type: 'module' }),
);

/** Bytes of the running import that are stored. */
let stored = 0;

/** What went wrong, as text; or the item. */
async function importChosen(name: string): Promise<{ id: string } | { error: string }> {
  const files = Array.from(document.querySelector('input')?.files ?? []);
  stored = 0;
  try {
    const onPart = proxy((done: number) => {
      stored = done;
    });
    return { id: (await worker.importModel(name, files, onPart)).id };
  } catch (error) {
    return { error: String(error) };
  }
}

export const room = {
  open: (partSize: number) => worker.open(partSize),
  importChosen,
  /** Begins an import and returns at once; `stored` tells how far it is. */
  beginImport: (name: string) => void importChosen(name),
  stored: () => stored,
  listModels: () => worker.listModels(),
  digestModel: (id: string, windowSize: number) => worker.digestModel(id, windowSize),
  importFolder: async (name: string) => {
    const input = document.querySelector<HTMLInputElement>('input[webkitdirectory]');
    return worker.importImageSet(name, Array.from(input?.files ?? []));
  },
  imageNames: (id: string) => worker.imageNames(id),
  digestImageSet: (id: string) => worker.digestImageSet(id),
  remove: (id: string) => worker.remove(id),
  usage: () => worker.usage(),
  recover: () => worker.recover(),
  keep: (owner: string, name: string, chunks: number, chunkSize: number) =>
    worker.keep(owner, name, chunks, chunkSize),
  digestKept: (owner: string, name: string, windowSize: number) =>
    worker.digestKept(owner, name, windowSize),
  /** Streams a file out in the worker and puts it under a link. Returns its size. */
  writeScratch: async (name: string, chunks: number, chunkSize: number) => {
    const file = await worker.writeScratch(name, chunks, chunkSize);
    const link = document.createElement('a');
    link.textContent = 'Download';
    link.href = URL.createObjectURL(file);
    link.download = file.name;
    document.body.append(link);
    return file.size;
  },
  /** Sizes of all files in the origin private file system. */
  filesOnDisk: async () => {
    const sizes: number[] = [];
    const root = await navigator.storage.getDirectory();
    for await (const folder of root.values()) {
      if (!(folder instanceof FileSystemDirectoryHandle)) continue;
      for await (const file of folder.values()) {
        if (file instanceof FileSystemFileHandle) sizes.push((await file.getFile()).size);
      }
    }
    return sizes;
  },
};

expose(room);
