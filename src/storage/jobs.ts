/** The record of an import that is under way: it comes before the first part and goes with the manifest, or with all. */
import { StorageError } from '../errors';
import { type Database, resultOf } from './database';
import { holdingsOf, jobKey } from './keys';
import { type Job, SCHEMA } from './records';

interface Import {
  readonly id: string;
  readonly name: string;
}

export function putJob(
  store: IDBObjectStore,
  { id, name, context }: Import & { readonly context: { readonly now: () => number } },
): void {
  store.put({ schema: SCHEMA, name, touchedAt: context.now() } satisfies Job, jobKey(id));
}

/** Without Web Locks another tab may have taken this import for dead: never write for a job that is gone. */
export async function requireJob(store: IDBObjectStore, { id, name }: Import): Promise<void> {
  if ((await resultOf(store.getKey(jobKey(id)))) === undefined) throw lostImport(name);
}

export function lostImport(name: string): StorageError {
  return new StorageError(
    `${name}: what had been stored of it was removed meanwhile, by another tab or by the browser. Add it again.`,
  );
}

/** Deletes an unfinished import's job and parts. Resolves to false if the job is gone: finished or discarded meanwhile. */
export function discardImport(database: Database, id: string): Promise<boolean> {
  return database.atomically('readwrite', async (store) => {
    if ((await resultOf(store.getKey(jobKey(id)))) === undefined) return false;
    for (const holding of holdingsOf(id)) store.delete(holding);
    store.delete(jobKey(id));
    return true;
  });
}
