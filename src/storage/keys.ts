/**
 * The keys of the one object store. Array keys sort element by element, and an array sorts after every string and
 * number, so `[...prefix, []]` bounds everything that starts with `prefix`.
 */

import type { ItemKind } from './types';

/** The first elements of manifests' keys. */
export const ITEM_KINDS: readonly ItemKind[] = ['checkpoint', 'imageset'];

/** Written first and deleted with the manifest's transaction: an import that is under way, or died. */
export const jobKey = (id: string) => ['job', id];
/** One Blob: bytes `[n * partSize, (n + 1) * partSize)` of the item's files laid end to end. */
export const partKey = (id: string, n: number) => ['part', id, n];
/** Which bytes of the parts are which file; apart from the manifest, so that a list does not load it. */
export const filesKey = (id: string) => ['files', id];
/** The item exists if and only if this record does. */
export const manifestKey = (kind: ItemKind, id: string) => [kind, id];
/** What the item's user keeps with it; apart from the manifest, so that reading all of them loads no facts. */
export const entryKey = (id: string) => ['entry', id];
export const settingKey = (name: string) => ['setting', name];

/** Every key that starts with these elements and has more. */
export function keysUnder(...prefix: string[]): IDBKeyRange {
  return IDBKeyRange.bound(prefix, [...prefix, []], true, true);
}

/** First elements of the keys of what an item holds besides its manifest; the second is its id. */
export const HOLDINGS = [
  'part',
  'files',
  'entry',
  'derived',
  'derived-use',
  'result',
  'result-use',
  'kept',
  'kept-use',
] as const;

/** The keys of what one item holds besides its manifest. */
export const holdingsOf = (id: string) => [
  filesKey(id),
  entryKey(id),
  ...HOLDINGS.map((prefix) => keysUnder(prefix, id)),
];

/** The second element of a key: an item's id, or a setting's name. */
export const idOf = (key: IDBValidKey): string => elementOf(key, 1);
/** The third element of the key of what is cached for an item. */
export const nameOf = (key: IDBValidKey): string => elementOf(key, 2);

function elementOf(key: IDBValidKey, index: number): string {
  return Array.isArray(key) ? String(key[index]) : String(key);
}
