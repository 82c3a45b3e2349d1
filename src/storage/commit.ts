/** Makes an item of a staged import: its manifest in place of its job. */
import type { LibraryContext } from './context';
import { resultOf } from './database';
import { lostImport, requireJob } from './jobs';
import { entryKey, filesKey, jobKey, keysUnder, manifestKey } from './keys';
import { partCount } from './parts';
import { type Entry, type Manifest, SCHEMA } from './records';
import type { Json, StagedImport } from './types';

/** @throws StorageError if it was discarded, or what had been stored of it is no longer there. */
export async function commitStaged(
  { staged }: LibraryContext,
  store: IDBObjectStore,
  { id, name }: StagedImport,
  entry: Json,
  importedAt: number,
): Promise<void> {
  const staging = staged.get(id);
  if (!staging) throw lostImport(name);
  await requireJob(store, { id, name });
  const { kind, size, partSize, files, facts } = staging;
  const parts = await resultOf(store.count(keysUnder('part', id)));
  if (parts !== partCount(size, partSize)) throw lostImport(name);
  const fileCount = files.length;
  const manifest: Manifest = { schema: SCHEMA, name, size, partSize, fileCount, importedAt, facts };
  store.put(files, filesKey(id));
  store.put(manifest, manifestKey(kind, id));
  putEntry(store, id, importedAt, entry);
  store.delete(jobKey(id));
}

export function putEntry(store: IDBObjectStore, id: string, importedAt: number, entry: Json): void {
  store.put({ schema: SCHEMA, importedAt, entry } satisfies Entry, entryKey(id));
}
