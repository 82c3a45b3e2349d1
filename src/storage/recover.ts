/** Removes what closed or crashed tabs left behind, and never what a living tab is writing. */
import { type Database, resultOf } from './database';
import { HOLDINGS, holdingsOf, ITEM_KINDS, idOf, jobKey, keysUnder } from './keys';
import { ifUnlocked, locksAvailable } from './locks';
import { importLock, type Job, type LibraryContext } from './records';
import type { Recovery } from './types';

/** Without Web Locks: a living import writes a part every few seconds, and a sleeping laptop may pause it for minutes. */
const STALE_JOB_MS = 60 * 60 * 1000;

/** Deletes an unfinished import's job and parts. Resolves to false if the job is gone: finished or discarded meanwhile. */
export function discardImport(database: Database, id: string): Promise<boolean> {
  return database.atomically('readwrite', async (store) => {
    if ((await resultOf(store.getKey(jobKey(id)))) === undefined) return false;
    for (const holding of holdingsOf(id)) store.delete(holding);
    store.delete(jobKey(id));
    return true;
  });
}

/** Unfinished imports and ownerless records. */
export async function recoverRecords(
  context: LibraryContext,
): Promise<Pick<Recovery, 'unfinished' | 'orphans'>> {
  const unfinished: string[] = [];
  for (const [id, job] of await listJobs(context.database)) {
    if (!locksAvailable() && context.now() - job.touchedAt < STALE_JOB_MS) continue;
    await ifUnlocked(importLock(context.storeName, id), async () => {
      if (await discardImport(context.database, id)) unfinished.push(job.name);
    });
  }
  return { unfinished, orphans: await removeOrphans(context.database) };
}

function listJobs(database: Database): Promise<[string, Job][]> {
  return database.atomically('readonly', async (store) => {
    const [keys, jobs] = await Promise.all([
      resultOf(store.getAllKeys(keysUnder('job'))),
      resultOf<Job[]>(store.getAll(keysUnder('job'))),
    ]);
    return jobs.map((job, index) => [idOf(keys[index] ?? ''), job]);
  });
}

/** In one transaction, so that an import that starts meanwhile is seen with its job or not at all. */
function removeOrphans(database: Database): Promise<number> {
  return database.atomically('readwrite', async (store) => {
    const keysOf = async (prefix: string) => resultOf(store.getAllKeys(keysUnder(prefix)));
    const owners = await Promise.all(['job', ...ITEM_KINDS].map(keysOf));
    const owned = new Set(owners.flat().map(idOf));
    const records = await Promise.all(HOLDINGS.map(keysOf));
    const orphans = records.flat().filter((key) => !owned.has(idOf(key)));
    for (const key of orphans) store.delete(key);
    return orphans.length;
  });
}
