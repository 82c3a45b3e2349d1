/** Reads everything small at once: what items there are, their entries, the settings. */
import { resultOf } from './database';
import { isJson } from './json';
import { ITEM_KINDS, idOf, keysUnder, manifestKey } from './keys';
import { readEntry, readManifest } from './records';
import type { ItemEntry, ItemKind, Json, LibraryRecords } from './types';

export interface PlacedEntry extends ItemEntry {
  readonly importedAt: number;
}

export interface PlacedRecords extends LibraryRecords {
  readonly items: readonly PlacedEntry[];
}

export async function readRecords(store: IDBObjectStore): Promise<PlacedRecords> {
  const [items, settings] = await Promise.all([readItems(store), readSettings(store)]);
  return { items, settings };
}

/** What the users of the library see of it. */
export function withoutPlaces({ items, settings }: PlacedRecords): LibraryRecords {
  return { items: items.map(({ id, kind, entry }) => ({ id, kind, entry })), settings };
}

/**
 * In order of import, and without what a later version of the program stored. The manifests' keys say what there is, and
 * only that of an item without an entry of its own is loaded, for its place.
 */
async function readItems(store: IDBObjectStore): Promise<PlacedEntry[]> {
  const [entries, ...kinds] = await Promise.all([
    readAll(store, 'entry'),
    ...ITEM_KINDS.map(async (kind) => {
      const keys = await resultOf(store.getAllKeys(keysUnder(kind)));
      return keys.map((key) => ({ kind, id: idOf(key) }));
    }),
  ]);
  const placed = await Promise.all(
    kinds.flat().map(async ({ kind, id }): Promise<PlacedEntry | undefined> => {
      const found = readEntry(entries.get(id));
      if (found.is === 'later') return undefined;
      if (found.is === 'good') {
        const { entry, importedAt } = found.record;
        return { id, kind, entry, importedAt };
      }
      const importedAt = await readPlace(store, kind, id);
      return importedAt === undefined ? undefined : { id, kind, entry: undefined, importedAt };
    }),
  );
  return placed
    .filter((item) => item !== undefined)
    .sort((a, b) => a.importedAt - b.importedAt || (a.id < b.id ? -1 : 1));
}

/** By the item's manifest; before all others where that is damaged, for such an item can still be removed. */
async function readPlace(
  store: IDBObjectStore,
  kind: ItemKind,
  id: string,
): Promise<number | undefined> {
  const found = readManifest(await resultOf<unknown>(store.get(manifestKey(kind, id))));
  if (found.is === 'later') return undefined;
  return found.is === 'good' ? found.record.importedAt : 0;
}

async function readSettings(store: IDBObjectStore): Promise<Readonly<Record<string, Json>>> {
  const stored = await readAll(store, 'setting');
  return Object.fromEntries(
    [...stored].flatMap(([name, value]) => (isJson(value) ? [[name, value]] : [])),
  );
}

/** Records by the second element of their keys. */
export async function readAll(
  store: IDBObjectStore,
  prefix: string,
): Promise<ReadonlyMap<string, unknown>> {
  const range = keysUnder(prefix);
  const [keys, values] = await Promise.all([
    resultOf(store.getAllKeys(range)),
    resultOf<unknown[]>(store.getAll(range)),
  ]);
  return new Map(keys.map((key, index) => [idOf(key), values[index]]));
}
