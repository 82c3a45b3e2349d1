/** Lists, opens, changes and removes whole items. */
import type { NamedBlob } from '../checkpoint/types';
import { StorageError } from '../errors';
import { resultOf } from './database';
import {
  filesKey,
  holdingsOf,
  ITEM_KINDS,
  type ItemKind,
  idOf,
  keysUnder,
  manifestKey,
  partKey,
} from './keys';
import { type FileEntry, joinFile, partCount, partLength } from './parts';
import {
  changed,
  type FileTable,
  guarded,
  type LibraryContext,
  type Manifest,
  SCHEMA,
  toStoredItem,
} from './records';
import type { Json, StoredItem } from './types';

/** In order of import. */
export async function listItems(context: LibraryContext, kind: ItemKind): Promise<StoredItem[]> {
  const range = keysUnder(kind);
  const [keys, manifests] = await guarded(
    'Listing the library',
    context.database.atomically('readonly', (store) =>
      Promise.all([resultOf(store.getAllKeys(range)), resultOf<Manifest[]>(store.getAll(range))]),
    ),
  );
  return manifests
    .map((manifest, index) => ({ manifest, id: idOf(keys[index] ?? '') }))
    .filter(({ manifest }) => manifest.schema === SCHEMA)
    .map(({ manifest, id }) => toStoredItem(id, manifest))
    .sort((a, b) => a.importedAt - b.importedAt || (a.id < b.id ? -1 : 1));
}

/** An item's files and the way to make each one's Blob, by reference. */
export async function openItem(
  context: LibraryContext,
  kind: ItemKind,
  id: string,
): Promise<{ entries: FileTable; blobOf: (entry: FileEntry) => Blob }> {
  const { manifest, entries, parts } = await guarded(
    'Opening an item of the library',
    context.database.atomically('readonly', async (store) => {
      const manifest = await resultOf<Manifest | undefined>(store.get(manifestKey(kind, id)));
      if (!manifest) throw notInLibrary();
      const count = partCount(manifest.size, manifest.partSize);
      const [entries, ...parts] = await Promise.all([
        resultOf<FileTable | undefined>(store.get(filesKey(id))),
        ...Array.from({ length: count }, (_, n) =>
          resultOf<Blob | undefined>(store.get(partKey(id, n))),
        ),
      ]);
      return { manifest, entries, parts };
    }),
  );
  const { name, size, partSize } = manifest;
  const whole = parts.filter((part, n) => part?.size === partLength(n, size, partSize));
  if (!entries || whole.length < parts.length) {
    throw new StorageError(
      `${name} is damaged in the library: the browser lost ${parts.length - whole.length} of its ${parts.length} parts. ` +
        'Remove it and add it again.',
    );
  }
  const present = parts.filter((part) => part !== undefined);
  return { entries, blobOf: (entry) => joinFile(present, partSize, entry) };
}

export async function openModel(context: LibraryContext, id: string): Promise<NamedBlob[]> {
  const { entries, blobOf } = await openItem(context, 'checkpoint', id);
  return entries.map((entry) => ({ name: entry.name, blob: blobOf(entry) }));
}

export async function openImageSet(context: LibraryContext, id: string): Promise<NamedBlob[]> {
  const { entries, blobOf } = await openItem(context, 'imageset', id);
  return entries.map((entry) => ({
    name: entry.name,
    // A getter: every live Blob costs a handle in the browser's process.
    get blob() {
      return blobOf(entry);
    },
  }));
}

export async function removeItem(context: LibraryContext, id: string): Promise<void> {
  const kind = await guarded(
    'Removing an item from the library',
    context.database.atomically('readwrite', async (store) => {
      const found = await findManifest(store, id);
      if (!found) return undefined;
      store.delete(manifestKey(found.kind, id));
      for (const holding of holdingsOf(id)) store.delete(holding);
      return found.kind;
    }),
  );
  if (kind) context.announce({ what: changed(kind), id });
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

/** The item's manifest, if there is such an item. */
export async function findManifest(
  store: IDBObjectStore,
  id: string,
): Promise<{ kind: ItemKind; manifest: Manifest } | undefined> {
  for (const kind of ITEM_KINDS) {
    const manifest = await resultOf<Manifest | undefined>(store.get(manifestKey(kind, id)));
    if (manifest) return { kind, manifest };
  }
  return undefined;
}

function notInLibrary(): StorageError {
  return new StorageError(
    'This item is no longer in the library: it was removed, perhaps in another tab. Add it again.',
  );
}
