/**
 * The keys of the one object store. Array keys sort element by element, and an array sorts after every string and
 * number, so `[...prefix, []]` bounds everything that starts with `prefix`.
 */

/** The first element of a manifest's key. */
export type ItemKind = 'checkpoint' | 'imageset';
export const ITEM_KINDS: readonly ItemKind[] = ['checkpoint', 'imageset'];

/** Written first and deleted with the manifest's transaction: an import that is under way, or died. */
export const jobKey = (id: string) => ['job', id];
/** One Blob: bytes `[n * partSize, (n + 1) * partSize)` of the item's files laid end to end. */
export const partKey = (id: string, n: number) => ['part', id, n];
/** Which bytes of the parts are which file; apart from the manifest, so that a list does not load it. */
export const filesKey = (id: string) => ['files', id];
/** The item exists if and only if this record does. */
export const manifestKey = (kind: ItemKind, id: string) => [kind, id];
/** Bytes that were computed from the item, and when they were last of use; apart, so that looking for the oldest reads none. */
export const derivedKey = (id: string, name: string) => ['derived', id, name];
export const derivedUseKey = (id: string, name: string) => ['derived-use', id, name];
export const settingKey = (name: string) => ['setting', name];

/** Every key that starts with these elements and has more. */
export function keysUnder(...prefix: string[]): IDBKeyRange {
  return IDBKeyRange.bound(prefix, [...prefix, []], true, true);
}

/** First elements of the keys of what an item holds besides its manifest; the second is its id. */
export const HOLDINGS = ['part', 'files', 'derived', 'derived-use'];

/** The keys of what one item holds besides its manifest. */
export const holdingsOf = (id: string) => [
  filesKey(id),
  ...HOLDINGS.map((prefix) => keysUnder(prefix, id)),
];

/** The id in a key of jobs, manifests or what items hold. */
export function idOf(key: IDBValidKey): string {
  return Array.isArray(key) ? String(key[1]) : String(key);
}
