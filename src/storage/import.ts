/**
 * Writes an item: its job first, its parts one transaction each, and last, in one transaction, its manifest in place of
 * the job. So a part never exists without a job or a manifest, and an item exists only whole.
 */
import type { NamedBlob } from '../checkpoint/types';
import { FormatError, StorageError } from '../errors';
import { resultOf } from './database';
import { cannotFit, findUnreadable, isQuotaError, writeFailed } from './failure';
import { filesKey, type ItemKind, jobKey, keysUnder, manifestKey, partKey } from './keys';
import { withLock } from './locks';
import { cutIntoParts, layOut, type PartSource, partCount, partLength, totalSize } from './parts';
import {
  changed,
  importLock,
  type Job,
  type LibraryContext,
  type Manifest,
  SCHEMA,
  toStoredItem,
} from './records';
import { discardImport } from './recover';
import type { ImportOptions, ImportRequest, StoredItem } from './types';
import { readSpace } from './usage';

/** Two keep the disk busy while one is being verified; more would only queue, as writes to one store are serial. */
const WRITERS = 2;

interface Running extends ImportOptions {
  readonly context: LibraryContext;
  readonly id: string;
  readonly name: string;
  readonly size: number;
}

/**
 * Imports an item whole or not at all.
 *
 * @throws FormatError if two files have one name.
 * @throws StorageError if it does not fit, a write fails or a source file can no longer be read; nothing is left behind.
 * @throws the signal's reason if aborted; nothing is left behind.
 */
export async function importItem(
  context: LibraryContext,
  kind: ItemKind,
  request: ImportRequest,
  options: ImportOptions,
): Promise<StoredItem> {
  const { name, files } = request;
  const { signal } = options;
  signal?.throwIfAborted();
  refuseSameNames(files);
  const size = totalSize(files);
  const space = await readSpace(0);
  if (space.available !== null && size > space.available) throw cannotFit(name, size, space);

  const id = context.randomId();
  const running: Running = { ...options, context, id, name, size };
  const item = await withLock(importLock(context.storeName, id), async () => {
    try {
      await context.database.atomically(
        'readwrite',
        (store) => void store.put(jobNow(running), jobKey(id)),
        signal,
      );
      await storeParts(running, files);
      return toStoredItem(id, await commit(running, kind, request));
    } catch (error) {
      const clean = await discardImport(context.database, id).then(
        () => true,
        () => false,
      );
      signal?.throwIfAborted();
      if (error instanceof StorageError || !(error instanceof DOMException)) throw error;
      throw writeFailed(name, size, await readSpace(0), error, clean);
    }
  });
  context.announce({ what: changed(kind), id });
  return item;
}

function refuseSameNames(files: readonly NamedBlob[]): void {
  const seen = new Set<string>();
  for (const { name } of files) {
    if (seen.has(name)) {
      throw new FormatError(name, 'two files have this name. Rename one and add them again.');
    }
    seen.add(name);
  }
}

const jobNow = ({ name, context }: Running): Job => ({ name, touchedAt: context.now() });

async function storeParts(running: Running, files: readonly NamedBlob[]): Promise<void> {
  const { context, size, signal, onProgress } = running;
  const queue = cutIntoParts(files, context.partSize);
  let done = 0;
  onProgress?.(0, size);
  // A writer that throws closes the queue, so the others stop after the part they have in hand.
  const writers = Array.from({ length: WRITERS }, async () => {
    for (const part of queue) {
      signal?.throwIfAborted();
      await storePart(running, part);
      done += part.blob.size;
      onProgress?.(done, size);
    }
  });
  for (const outcome of await Promise.allSettled(writers)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}

async function storePart(running: Running, part: PartSource): Promise<void> {
  const { context, id, name, size, signal } = running;
  const { database, partSize } = context;
  const key = partKey(id, part.index);
  try {
    await database.atomically(
      'readwrite',
      async (store) => {
        await requireJob(store, running);
        store.put(jobNow(running), jobKey(id));
        store.put(part.blob, key);
      },
      signal,
    );
  } catch (error) {
    if (error instanceof StorageError || isQuotaError(error) || signal?.aborted) throw error;
    throw (await findUnreadable(part.pieces)) ?? error;
  }
  const stored: unknown = await database.atomically('readonly', async (store) => {
    await requireJob(store, running);
    return resultOf(store.get(key));
  });
  const expected = partLength(part.index, size, partSize);
  const actual = stored instanceof Blob ? stored.size : 0;
  if (actual !== expected) {
    const unreadable = await findUnreadable(part.pieces);
    throw (
      unreadable ??
      new StorageError(
        `${name}: the browser stored ${actual} of ${expected} bytes of part ${part.index + 1}. Nothing of it was kept. ` +
          'Free disk space, reload the page and try again.',
      )
    );
  }
}

async function commit(
  { context, id, name, size, signal }: Running,
  kind: ItemKind,
  { files, facts }: ImportRequest,
): Promise<Manifest> {
  const { partSize, now } = context;
  const manifest: Manifest = {
    schema: SCHEMA,
    name,
    size,
    partSize,
    fileCount: files.length,
    importedAt: now(),
    facts,
  };
  await context.database.atomically(
    'readwrite',
    async (store) => {
      await requireJob(store, { id, name });
      const parts = await resultOf(store.count(keysUnder('part', id)));
      if (parts !== partCount(size, partSize)) throw lostImport(name);
      store.put(layOut(files), filesKey(id));
      store.put(manifest, manifestKey(kind, id));
      store.delete(jobKey(id));
    },
    signal,
  );
  return manifest;
}

/** Without Web Locks another tab may have taken this import for dead: never write for a job that is gone. */
async function requireJob(
  store: IDBObjectStore,
  { id, name }: Pick<Running, 'id' | 'name'>,
): Promise<void> {
  if ((await resultOf(store.getKey(jobKey(id)))) === undefined) throw lostImport(name);
}

function lostImport(name: string): StorageError {
  return new StorageError(
    `${name}: what had been stored of it was removed meanwhile, by another tab or by the browser. Add it again.`,
  );
}
