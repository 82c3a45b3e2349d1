/** The library where the program runs it, in a dedicated worker, and measurements of what it hands out. */
import { expose } from 'comlink';
import { openLibrary } from '../../src/storage/library';
import { addImageSet, addModel, listItems, removeItem } from '../../src/storage/testing';

let library = openLibrary();

/** SHA-256 of every window of this many bytes: reads a Blob of any size in little memory. */
async function digests(blob: Blob, windowSize: number): Promise<string[]> {
  const found: string[] = [];
  for (let at = 0; at < blob.size; at += windowSize) {
    const bytes = await blob.slice(at, at + windowSize).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    found.push(Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''));
  }
  return found;
}

/** `count` chunks in one buffer that is filled anew for each. */
async function* countedChunks(count: number, chunkSize: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(chunkSize);
  for (let index = 0; index < count; index += 1) yield buffer.fill(index % 251);
}

const storageWorker = {
  open: (partSize: number) => {
    library = openLibrary({ partSize });
  },
  importModel: (name: string, files: readonly File[], onPart: (done: number) => void) =>
    addModel(
      library,
      { name, files: files.map((blob) => ({ name: blob.name, blob })), facts: null },
      { onProgress: onPart },
    ),
  importImageSet: async (name: string, files: readonly File[]) => {
    const named = files.map((blob) => ({ name: blob.webkitRelativePath, blob }));
    return addImageSet(library, { name, files: named, facts: null });
  },
  listModels: () => listItems(library, 'checkpoint'),
  digestModel: async (id: string, windowSize: number) => {
    const files = await library.openModel(id);
    return Promise.all(
      files.map(async ({ name, blob }) => ({ name, digests: await digests(blob, windowSize) })),
    );
  },
  imageNames: async (id: string) => (await library.openImageSet(id)).map(({ name }) => name),
  /** One digest over every name and every file in its order. */
  digestImageSet: async (id: string) => {
    const files = await library.openImageSet(id);
    const parts = files.flatMap(({ name, blob }) => [name, blob]);
    const [digest] = await digests(new Blob(parts), Number.MAX_SAFE_INTEGER);
    return digest;
  },
  remove: (id: string) => removeItem(library, id),
  usage: () => library.usage(),
  recover: () => library.recover(),
  writeScratch: async (name: string, chunks: number, chunkSize: number) =>
    (await library.scratchFile(name, countedChunks(chunks, chunkSize))).file,
  /** Keeps a file of so many chunks with this item. */
  keep: (owner: string, name: string, chunks: number, chunkSize: number) =>
    library.putKept({
      owner,
      name,
      items: [owner],
      size: chunks * chunkSize,
      chunks: countedChunks(chunks, chunkSize),
    }),
  digestKept: async (owner: string, name: string, windowSize: number) => {
    const blob = await library.getKept(owner, name);
    return blob ? digests(blob, windowSize) : null;
  },
};

export type StorageWorker = typeof storageWorker;

expose(storageWorker);
