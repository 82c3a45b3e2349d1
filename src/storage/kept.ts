/**
 * Large files that were computed from items and can be computed again, in the browser's own storage. They are the first to
 * go when room is needed for anything else, so nobody hears of them.
 */
import { KEPT, keep, lookUp, touch } from './cache';
import { guarded, type LibraryContext } from './context';
import { presentOf } from './present';
import { writeScratchFile } from './scratch';
import type { KeptRequest } from './types';
import { readSpace } from './usage';

/** Two combinations of ViT-B/32 (350 MB each), one of ViT-L/14. */
export const KEPT_LIMIT = 1.25 * 2 ** 30;

/** Never more than so many, however small. */
const MAX_FILES = 2;

/** At most this part of what the browser still grants: the rest is for models. */
const MAX_SHARE = 0.25;

export async function getKept(
  { database, now }: LibraryContext,
  owner: string,
  name: string,
): Promise<Blob | undefined> {
  const found = await guarded(
    'Reading what was kept of an item',
    database.atomically('readonly', (store) => lookUp(store, KEPT, owner, name)),
  );
  if (!(found instanceof Blob)) return undefined;
  await database
    .atomically('readwrite', (store) => touch(store, KEPT, now(), owner, [name]))
    // On a full disk it goes too early: the worst that can come of it.
    .catch(() => undefined);
  return found;
}

export async function putKept(
  context: LibraryContext,
  { owner, name, items, size, chunks, signal }: KeptRequest,
): Promise<boolean> {
  const { database, keptLimit, now } = context;
  // It would have to be held in memory, which is what it saves.
  if (context.partValues.asBytes) return false;
  const { available } = await readSpace(0);
  if (size > keptLimit || (available !== null && size > available * MAX_SHARE)) return false;
  const options = signal ? { signal, size } : { size };
  // Streamed to disk first: a Blob made of memory would be all of it in memory.
  const { file, remove } = await writeScratchFile(context, name, chunks, options);
  try {
    const all = new Set([owner, ...items]);
    const others = [...all].filter((id) => id !== owner);
    const accounted = Math.max(size, keptLimit / MAX_FILES);
    const addition = { owner, name, others, size: accounted, value: file.slice() };
    return await guarded(
      'Keeping what was computed from items',
      database.atomically(
        'readwrite',
        async (store) => {
          const present = await presentOf(store, all);
          if (present.size < all.size) return false;
          return (await keep(store, KEPT, keptLimit, now(), [addition])).length > 0;
        },
        signal,
      ),
    );
  } finally {
    await remove();
  }
}
