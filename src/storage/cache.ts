/**
 * Records that are kept because they may be of use again, each for an item and under a name, beside a small record of
 * its use. They can all be computed again, so they are bounded: what was not used for longest makes room.
 */
import { resultOf } from './database';
import { idOf, keysUnder, nameOf } from './keys';
import { type Reading, readUse, SCHEMA, type Use } from './records';

/** The first elements of its keys; uses are apart, so that looking for the oldest reads no value. */
export interface Cache {
  readonly values: 'derived' | 'result' | 'kept';
  readonly uses: 'derived-use' | 'result-use' | 'kept-use';
}

export const DERIVED: Cache = { values: 'derived', uses: 'derived-use' };
export const RESULTS: Cache = { values: 'result', uses: 'result-use' };
export const KEPT: Cache = { values: 'kept', uses: 'kept-use' };
export const CACHES: readonly Cache[] = [DERIVED, RESULTS, KEPT];

interface Place {
  readonly owner: string;
  readonly name: string;
}

export interface Addition extends Place {
  /** Items besides the owner that it was computed from. */
  readonly others: readonly string[];
  readonly size: number;
  /** How far it has come: a former self that is farther stays. */
  readonly reach?: number;
  readonly value: unknown;
}

/**
 * Keeps these, each in place of its former self unless that is farther, and deletes what was not used for longest until all is at most `limit`
 * bytes. One that alone is too much drives nothing out. Returns those that are kept.
 */
export async function keep(
  store: IDBObjectStore,
  cache: Cache,
  limit: number,
  usedAt: number,
  additions: readonly Addition[],
): Promise<Addition[]> {
  const uses = await listUses(store, cache);
  const later = new Set(uses.filter(({ use }) => use.is === 'later').map(placeKey));
  const held = new Map<string, Place & { readonly size: number; readonly reach?: number }>();
  for (const use of oldestFirst(uses)) held.set(placeKey(use), use);
  for (const addition of additions) {
    const key = placeKey(addition);
    if (addition.size > limit || later.has(key)) continue;
    if ((held.get(key)?.reach ?? 0) > (addition.reach ?? 0)) continue;
    // To the end: it is the last to make room, and its former self counts for nothing.
    held.delete(key);
    held.set(key, addition);
  }
  let total = 0;
  for (const { size } of held.values()) total += size;
  for (const [key, place] of held) {
    if (total <= limit) break;
    held.delete(key);
    drop(store, cache, place);
    total -= place.size;
  }
  const kept = additions.filter((addition) => held.get(placeKey(addition)) === addition);
  for (const { owner, name, size, others, reach = 0, value } of kept) {
    store.put(value, [cache.values, owner, name]);
    const use: Use = { schema: SCHEMA, size, usedAt, others: [...others], reach };
    store.put(use, [cache.uses, owner, name]);
  }
  return kept;
}

/** The value, where its use says that this version of the program can read it. */
export async function lookUp(
  store: IDBObjectStore,
  cache: Cache,
  owner: string,
  name: string,
): Promise<unknown> {
  const [value, use] = await Promise.all([
    resultOf<unknown>(store.get([cache.values, owner, name])),
    resultOf<unknown>(store.get([cache.uses, owner, name])),
  ]);
  return readUse(use).is === 'good' ? value : undefined;
}

/** Notes that these were of use; those that are gone are ignored. */
export async function touch(
  store: IDBObjectStore,
  cache: Cache,
  usedAt: number,
  owner: string,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    const key = [cache.uses, owner, name];
    const use = readUse(await resultOf<unknown>(store.get(key)));
    if (use.is === 'good') store.put({ ...use.record, usedAt }, key);
  }
}

/** Deletes what any of these items had a part in. Returns the owners. */
export async function forget(
  store: IDBObjectStore,
  cache: Cache,
  items: ReadonlySet<string>,
): Promise<Set<string>> {
  const owners = new Set<string>();
  for (const { owner, name, use } of await listUses(store, cache)) {
    const others = use.is === 'good' ? use.record.others : [];
    if (![owner, ...others].some((id) => items.has(id))) continue;
    drop(store, cache, { owner, name });
    owners.add(owner);
  }
  return owners;
}

/**
 * Deletes what has lost an item that it was computed from, and what cannot be understood although it is of no later
 * version of the program. Returns how many records that were.
 */
export async function sweep(
  store: IDBObjectStore,
  cache: Cache,
  items: ReadonlySet<string>,
): Promise<number> {
  const isSound = (use: Reading<Use>) =>
    use.is === 'later' || (use.is === 'good' && use.record.others.every((id) => items.has(id)));
  const uses = await listUses(store, cache);
  const sound = new Set(uses.filter(({ use }) => isSound(use)).map(placeKey));
  let records = 0;
  for (const prefix of [cache.values, cache.uses]) {
    for (const key of await resultOf(store.getAllKeys(keysUnder(prefix)))) {
      if (sound.has(placeKey({ owner: idOf(key), name: nameOf(key) }))) continue;
      store.delete(key);
      records += 1;
    }
  }
  return records;
}

/** All, or one owner's. */
export async function listUses(
  store: IDBObjectStore,
  cache: Cache,
  owner?: string,
): Promise<(Place & { readonly use: Reading<Use> })[]> {
  const range = owner === undefined ? keysUnder(cache.uses) : keysUnder(cache.uses, owner);
  const [keys, uses] = await Promise.all([
    resultOf(store.getAllKeys(range)),
    resultOf<unknown[]>(store.getAll(range)),
  ]);
  return keys.map((key, index) => ({
    owner: idOf(key),
    name: nameOf(key),
    use: readUse(uses[index]),
  }));
}

function oldestFirst(uses: readonly (Place & { readonly use: Reading<Use> })[]) {
  return uses
    .flatMap(({ owner, name, use }) => (use.is === 'good' ? [{ owner, name, ...use.record }] : []))
    .sort((a, b) => a.usedAt - b.usedAt);
}

function drop(store: IDBObjectStore, cache: Cache, { owner, name }: Place): void {
  store.delete([cache.values, owner, name]);
  store.delete([cache.uses, owner, name]);
}

/** Ids and names are any text: a separator of our own could occur in them. */
const placeKey = ({ owner, name }: Place): string => JSON.stringify([owner, name]);
