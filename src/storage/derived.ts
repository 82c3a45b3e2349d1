/** Bytes that were computed from an item, by its id and a name: a convenience and nothing more, so nobody hears of them. */
import { DERIVED, keep, lookUp, touch } from './cache';
import { guarded, type LibraryContext } from './context';
import { findManifest } from './items';

/** Little beside one model (a ViT-B/32 has 600 MB), and twenty times what a visit with one derives (1.6 MB). */
export const DERIVED_LIMIT = 32 * 1024 * 1024;

export async function getDerived(
  { database, now }: LibraryContext,
  id: string,
  name: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const found = await guarded(
    'Reading what was derived from an item',
    database.atomically('readonly', (store) => lookUp(store, DERIVED, id, name)),
  );
  if (!isBytes(found)) return undefined;
  await database
    .atomically('readwrite', (store) => touch(store, DERIVED, now(), id, [name]))
    // On a full disk it goes too early: the worst that can come of it.
    .catch(() => undefined);
  return found;
}

export async function putDerived(
  { database, derivedLimit, now }: LibraryContext,
  id: string,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const addition = { owner: id, name, others: [], size: bytes.length, value: bytes };
  await guarded(
    'Keeping what was derived from an item',
    database.atomically('readwrite', async (store) => {
      if (await findManifest(store, id)) {
        await keep(store, DERIVED, derivedLimit, now(), [addition]);
      }
    }),
  );
}

const isBytes = (value: unknown): value is Uint8Array<ArrayBuffer> =>
  value instanceof Uint8Array && value.buffer instanceof ArrayBuffer;
