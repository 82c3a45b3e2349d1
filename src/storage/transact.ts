/** Changes what the library holds: everything in one transaction, or nothing. */
import { forget, KEPT, RESULTS } from './cache';
import { commitStaged, putEntry } from './commit';
import { changed, explained, type LibraryContext } from './context';
import { holdingsOf, manifestKey, settingKey } from './keys';
import { type PlacedRecords, readRecords, withoutPlaces } from './read';
import type { LibraryChange, LibraryChanges, LibraryRecords } from './types';

export async function transact(
  context: LibraryContext,
  change: (records: LibraryRecords) => LibraryChanges,
): Promise<LibraryRecords> {
  let changes: LibraryChanges = {};
  /** What `change` threw: told apart from the browser's failures, which it may look like. */
  const refusals: unknown[] = [];
  const transaction = context.database.atomically('readwrite', async (store) => {
    const before = await readRecords(store);
    try {
      changes = change(withoutPlaces(before));
    } catch (error) {
      refusals.push(error);
      throw error;
    }
    const news = await apply(context, store, before, changes);
    return { news, after: withoutPlaces(await readRecords(store)) };
  });
  const { news, after } = await transaction.catch((error: unknown) => {
    throw refusals.length > 0 ? error : explained(describe(changes), error);
  });
  for (const { staged } of changes.commit ?? []) {
    context.staged.get(staged.id)?.unlock();
    context.staged.delete(staged.id);
  }
  for (const one of news) context.announce(one);
  return after;
}

/** What did not work, should it not work. */
function describe({ commit = [] }: LibraryChanges): string {
  const names = commit.map(({ staged }) => staged.name);
  return names.length > 0 ? `Adding ${names.join(', ')}` : 'Changing the library';
}

/** Returns what other tabs are to be told. */
async function apply(
  context: LibraryContext,
  store: IDBObjectStore,
  { items, settings }: PlacedRecords,
  changes: LibraryChanges,
): Promise<readonly LibraryChange[]> {
  const { commit = [], entries = {}, remove = [] } = changes;
  const present = new Map(items.map(({ id, kind, importedAt }) => [id, { kind, importedAt }]));
  const news = new Map<string, LibraryChange>();
  const tell = (change: LibraryChange) => news.set(JSON.stringify(change), change);

  let latest = items.at(-1)?.importedAt ?? 0;
  for (const { staged, entry } of commit) {
    const { id, kind } = staged;
    // Two of one millisecond, and of a clock that was set back, keep their order.
    latest = Math.max(context.now(), latest + 1);
    await commitStaged(context, store, staged, entry, latest);
    present.set(id, { kind, importedAt: latest });
    tell({ what: changed(kind), id });
  }
  for (const [id, entry] of Object.entries(entries)) {
    const item = present.get(id);
    if (!item) continue;
    putEntry(store, id, item.importedAt, entry);
    tell({ what: changed(item.kind), id });
  }
  const removed = new Set<string>();
  for (const id of remove) {
    const item = present.get(id);
    if (!item) continue;
    store.delete(manifestKey(item.kind, id));
    for (const holding of holdingsOf(id)) store.delete(holding);
    removed.add(id);
    tell({ what: changed(item.kind), id });
  }
  if (removed.size > 0) {
    for (const id of await forget(store, RESULTS, removed)) tell({ what: 'result', id });
    await forget(store, KEPT, removed);
  }
  for (const [name, value] of Object.entries(changes.settings ?? {})) {
    if (value !== undefined) store.put(value, settingKey(name));
    else if (Object.hasOwn(settings, name)) store.delete(settingKey(name));
    else continue;
    tell({ what: 'setting', id: name });
  }
  return [...news.values()];
}
