/** What was computed from several items, kept with one of them: other tabs hear of it, for they may want it too. */
import { keep, listUses, lookUp, RESULTS, touch } from './cache';
import { guarded, type LibraryContext } from './context';
import { presentOf } from './present';
import type { ResultRequest, StoredResult } from './types';

/** Little beside one model, and tens of thousands of counts of right and wrong for one task. */
export const RESULTS_LIMIT = 32 * 1024 * 1024;

export function getResults({ database }: LibraryContext, owner: string): Promise<StoredResult[]> {
  return guarded(
    'Reading the results of an item',
    database.atomically('readonly', async (store) => {
      const uses = await listUses(store, RESULTS, owner);
      return Promise.all(
        uses
          .filter(({ use }) => use.is === 'good')
          .map(async ({ name }) => ({ name, value: await lookUp(store, RESULTS, owner, name) })),
      );
    }),
  );
}

export async function putResults(
  { database, resultsLimit, now, announce }: LibraryContext,
  results: readonly ResultRequest[],
): Promise<void> {
  const kept = await guarded(
    'Keeping results',
    database.atomically('readwrite', async (store) => {
      const mentioned = new Set(results.flatMap(({ owner, items }) => [owner, ...items]));
      const present = await presentOf(store, mentioned);
      const additions = results
        .filter(({ owner, items }) => [owner, ...items].every((id) => present.has(id)))
        .map(({ owner, name, items, bytes, reach = 0, value }) => ({
          owner,
          name,
          others: items.filter((id) => id !== owner),
          size: bytes,
          reach,
          value,
        }));
      return keep(store, RESULTS, resultsLimit, now(), additions);
    }),
  );
  for (const owner of new Set(kept.map(({ owner }) => owner))) {
    announce({ what: 'result', id: owner });
  }
}

export function touchResults(
  { database, now }: LibraryContext,
  owner: string,
  names: readonly string[],
): Promise<void> {
  return guarded(
    'Noting the use of results',
    database.atomically('readwrite', (store) => touch(store, RESULTS, now(), owner, names)),
  );
}
