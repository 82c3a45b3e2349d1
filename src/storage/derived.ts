/**
 * What was computed from an item and can be computed again: bytes, by the item's id and a name. They are a convenience
 * and nothing more, so they are bounded, and nobody hears of them.
 */
import { resultOf } from './database';
import { findManifest } from './items';
import { derivedKey, derivedUseKey, keysUnder } from './keys';
import { type DerivedUse, guarded, type LibraryContext } from './records';

/** Little beside one model (a ViT-B/32 has 600 MB), and twenty times what a visit with one derives (1.6 MB). */
export const DERIVED_LIMIT = 32 * 1024 * 1024;

export async function getDerived(
  context: LibraryContext,
  id: string,
  name: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { database, now } = context;
  const found = await guarded(
    'Reading what was derived from an item',
    database.atomically('readonly', (store) => resultOf<unknown>(store.get(derivedKey(id, name)))),
  );
  if (!(found instanceof Uint8Array) || !(found.buffer instanceof ArrayBuffer)) return undefined;
  const use: DerivedUse = { size: found.length, usedAt: now() };
  await database
    .atomically('readwrite', async (store) => {
      const key = derivedUseKey(id, name);
      if ((await resultOf(store.getKey(key))) !== undefined) store.put(use, key);
    })
    // On a full disk it goes too early: the worst that can come of it.
    .catch(() => undefined);
  return found as Uint8Array<ArrayBuffer>;
}

export async function putDerived(
  { database, derivedLimit, now }: LibraryContext,
  id: string,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  if (bytes.length > derivedLimit) return;
  const use: DerivedUse = { size: bytes.length, usedAt: now() };
  await guarded(
    'Keeping what was derived from an item',
    database.atomically('readwrite', async (store) => {
      if (!(await findManifest(store, id))) return;
      // Its former self makes room for it before anything else does.
      store.delete(derivedUseKey(id, name));
      await makeRoom(store, derivedLimit - bytes.length);
      store.put(bytes, derivedKey(id, name));
      store.put(use, derivedUseKey(id, name));
    }),
  );
}

/** Deletes what was not used for longest until the rest is at most `limit` bytes. */
async function makeRoom(store: IDBObjectStore, limit: number): Promise<void> {
  const range = keysUnder('derived-use');
  const [keys, uses] = await Promise.all([
    resultOf<IDBValidKey[]>(store.getAllKeys(range)),
    resultOf<DerivedUse[]>(store.getAll(range)),
  ]);
  let held = uses.reduce((sum, { size }) => sum + size, 0);
  const oldestFirst = uses
    .map(({ size, usedAt }, index) => ({ size, usedAt, key: keys[index] }))
    .sort((a, b) => a.usedAt - b.usedAt);
  for (const { size, key } of oldestFirst) {
    if (held <= limit) return;
    if (!Array.isArray(key)) continue;
    const [, id, name] = key.map(String);
    store.delete(derivedKey(id ?? '', name ?? ''));
    store.delete(key);
    held -= size;
  }
}
