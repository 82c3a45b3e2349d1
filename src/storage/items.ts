/** Finds, opens and changes single items. */
import type { NamedBlob } from '../checkpoint/types';
import { StorageError } from '../errors';
import { changed, guarded, type LibraryContext } from './context';
import { resultOf } from './database';
import { filesKey, ITEM_KINDS, keysUnder, manifestKey, partKey } from './keys';
import { partOf } from './part-values';
import { type FileEntry, joinFile, partCount, partLength } from './parts';
import { labelOf, type Manifest, readFileTable, readManifest, toStoredItem } from './records';
import type { ItemKind, Json, StoredItem } from './types';

export async function getItem(
  { database }: LibraryContext,
  id: string,
): Promise<StoredItem | undefined> {
  const found = await guarded(
    'Looking up an item of the library',
    database.atomically('readonly', (store) => findManifest(store, id)),
  );
  return found && toStoredItem(id, found.kind, found.manifest);
}

/** Bytes of all items, together. */
export async function sumSizes({ database }: LibraryContext): Promise<number> {
  const manifests = await guarded(
    'Adding up the library',
    database.atomically('readonly', async (store) =>
      Promise.all(ITEM_KINDS.map((kind) => resultOf<unknown[]>(store.getAll(keysUnder(kind))))),
    ),
  );
  return manifests
    .flat()
    .map(readManifest)
    .reduce((sum, found) => sum + (found.is === 'good' ? found.record.size : 0), 0);
}

/** An item's files and the way to make each one's Blob, by reference. */
export async function openItem(
  context: LibraryContext,
  kind: ItemKind,
  id: string,
): Promise<{ entries: readonly FileEntry[]; blobOf: (entry: FileEntry) => Blob }> {
  const { manifest, table, parts } = await guarded(
    'Opening an item of the library',
    context.database.atomically('readonly', async (store) => {
      const manifest = await getManifest(store, kind, id);
      if (!manifest) throw notInLibrary();
      const count = partCount(manifest.size, manifest.partSize);
      const [table, ...parts] = await Promise.all([
        resultOf<unknown>(store.get(filesKey(id))),
        ...Array.from({ length: count }, (_, n) => resultOf<unknown>(store.get(partKey(id, n)))),
      ]);
      return { manifest, table: readFileTable(table), parts };
    }),
  );
  const { name, size, partSize } = manifest;
  if (parts.some((part) => part instanceof ArrayBuffer)) context.partValues.asBytes = true;
  const present = parts.flatMap((value, n) => {
    const part = partOf(value);
    return part?.size === partLength(n, size, partSize) ? [part] : [];
  });
  if (present.length < parts.length) {
    throw damaged(
      name,
      `the browser lost ${parts.length - present.length} of its ${parts.length} parts`,
    );
  }
  if (table.is !== 'good') throw damaged(name, 'the list of its files cannot be read');
  return { entries: table.record, blobOf: (entry) => joinFile(present, partSize, entry) };
}

export async function openModel(context: LibraryContext, id: string): Promise<NamedBlob<Blob>[]> {
  const { entries, blobOf } = await openItem(context, 'checkpoint', id);
  return entries.map((entry) => ({ name: entry.name, blob: blobOf(entry) }));
}

export async function openImageSet(
  context: LibraryContext,
  id: string,
): Promise<NamedBlob<Blob>[]> {
  const { entries, blobOf } = await openItem(context, 'imageset', id);
  return entries.map((entry) => ({
    name: entry.name,
    // A getter: every live Blob costs a handle in the browser's process.
    get blob() {
      return blobOf(entry);
    },
  }));
}

export async function setFacts(
  context: LibraryContext,
  id: string,
  facts: Json | ((facts: Json) => Json),
): Promise<void> {
  const kind = await guarded(
    'Changing an item of the library',
    context.database.atomically('readwrite', async (store) => {
      const found = await findManifest(store, id);
      if (!found) throw notInLibrary();
      const { kind, manifest } = found;
      const next = typeof facts === 'function' ? facts(manifest.facts) : facts;
      store.put({ ...manifest, facts: next } satisfies Manifest, manifestKey(kind, id));
      return kind;
    }),
  );
  context.announce({ what: changed(kind), id });
}

/** The item's manifest, if there is such an item. Throws where it cannot be understood. */
export async function findManifest(
  store: IDBObjectStore,
  id: string,
): Promise<{ kind: ItemKind; manifest: Manifest } | undefined> {
  for (const kind of ITEM_KINDS) {
    const manifest = await getManifest(store, kind, id);
    if (manifest) return { kind, manifest };
  }
  return undefined;
}

async function getManifest(
  store: IDBObjectStore,
  kind: ItemKind,
  id: string,
): Promise<Manifest | undefined> {
  const value = await resultOf<unknown>(store.get(manifestKey(kind, id)));
  if (value === undefined) return undefined;
  const found = readManifest(value);
  if (found.is === 'good') return found.record;
  const name = labelOf(id, value);
  throw found.is === 'later' ? ofLaterVersion(name) : damaged(name, 'its record cannot be read');
}

function notInLibrary(): StorageError {
  return new StorageError(
    'This item is no longer in the library: it was removed, perhaps in another tab. Add it again.',
  );
}

function damaged(name: string, what: string): StorageError {
  return new StorageError(
    `${name} is damaged in the library: ${what}. Remove it and add it again.`,
  );
}

function ofLaterVersion(name: string): StorageError {
  return new StorageError(
    `${name} was added with a later version of this page. Reload the page to use it.`,
  );
}
