/**
 * Stages an item: its job first, then its parts, one transaction each. The job makes way for the manifest when the item is
 * committed, so a part never exists without a job or a manifest, and an item exists only whole.
 */

import type { NamedBlob } from '../checkpoint/types';
import { FormatError, StorageError } from '../errors';
import { guarded, importLock, type LibraryContext } from './context';
import { resultOf } from './database';
import { cannotFit, findUnreadable, isQuotaError, writeFailed } from './failure';
import { discardImport, putJob, requireJob } from './jobs';
import { partKey } from './keys';
import { holdLock } from './locks';
import { partOf, storePartValue } from './part-values';
import { cutIntoParts, layOut, type PartSource, partLength, totalSize } from './parts';
import { spaceFor } from './space';
import type { ImportOptions, ImportRequest, ItemKind, StagedImport } from './types';
import { readSpace } from './usage';

/** Two keep the disk busy while one is being verified; more would only queue, as writes to one store are serial. */
const WRITERS = 2;

interface Running extends ImportOptions {
  readonly context: LibraryContext;
  readonly id: string;
  readonly name: string;
  readonly size: number;
}

export async function stageItem(
  context: LibraryContext,
  kind: ItemKind,
  { name, files, facts }: ImportRequest,
  options: ImportOptions,
): Promise<StagedImport> {
  const { signal } = options;
  signal?.throwIfAborted();
  refuseSameNames(files);
  const size = totalSize(files);
  const space = await spaceFor(context, size);
  if (space.available !== null && size > space.available) throw cannotFit(name, size, space);

  const id = context.randomId();
  const running: Running = { ...options, context, id, name, size };
  // Kept until it is committed or discarded, so that no other tab takes it for dead.
  const unlock = await holdLock(importLock(context.storeName, id));
  try {
    await context.database.atomically('readwrite', (store) => putJob(store, running), signal);
    await storeParts(running, files);
    signal?.throwIfAborted();
  } catch (error) {
    const clean = await discardImport(context.database, id).then(
      () => true,
      () => false,
    );
    unlock();
    signal?.throwIfAborted();
    if (error instanceof StorageError || !(error instanceof DOMException)) throw error;
    throw writeFailed(name, size, await readSpace(0), error, clean);
  }
  const { partSize } = context;
  context.staged.set(id, { kind, name, size, partSize, files: layOut(files), facts, unlock });
  return { id, kind, name, size, discard: () => discardStaged(context, id) };
}

async function discardStaged(context: LibraryContext, id: string): Promise<void> {
  const staging = context.staged.get(id);
  if (!staging) return;
  context.staged.delete(id);
  try {
    await guarded(
      `Removing what was stored of ${staging.name}`,
      discardImport(context.database, id),
    );
  } finally {
    staging.unlock();
  }
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
      done += part.size;
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
    const blob = await part.blob();
    await storePartValue(database, context.partValues, blob, (value) =>
      database.atomically(
        'readwrite',
        async (store) => {
          await requireJob(store, running);
          putJob(store, running);
          store.put(value, key);
        },
        signal,
      ),
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
  const actual = partOf(stored)?.size ?? 0;
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
