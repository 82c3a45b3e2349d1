/** Which items there are. */
import { resultOf } from './database';
import { ITEM_KINDS, manifestKey } from './keys';

/** Those of the ids that are items. */
export async function presentOf(
  store: IDBObjectStore,
  ids: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const present = new Set<string>();
  for (const id of ids) {
    for (const kind of ITEM_KINDS) {
      if ((await resultOf(store.getKey(manifestKey(kind, id)))) !== undefined) present.add(id);
    }
  }
  return present;
}
