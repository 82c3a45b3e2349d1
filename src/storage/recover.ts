/** Removes what closed or crashed tabs left behind, and never what a living tab is writing. */
import { CACHES, sweep } from './cache';
import { importLock, type LibraryContext } from './context';
import { type Database, resultOf } from './database';
import { discardImport } from './jobs';
import { isJson } from './json';
import { HOLDINGS, ITEM_KINDS, idOf, keysUnder } from './keys';
import { ifUnlocked, locksAvailable } from './locks';
import { readAll } from './read';
import { labelOf, readEntry, readJob, readManifest } from './records';
import type { Recovery } from './types';

/** Without Web Locks: a living import writes a part every few seconds, and a sleeping laptop may pause it for minutes. */
const STALE_JOB_MS = 60 * 60 * 1000;

/** Unfinished imports, ownerless records, and what cannot be understood. */
export async function recoverRecords(
  context: LibraryContext,
): Promise<Omit<Recovery, 'scratchFiles'>> {
  const { database } = context;
  const jobs = await removeDeadImports(context);
  const orphans = await removeOrphans(database);
  const damaged = [...jobs.damaged, ...(await findDamaged(database))];
  return { unfinished: jobs.unfinished, orphans, damaged };
}

async function removeDeadImports(
  context: LibraryContext,
): Promise<Pick<Recovery, 'unfinished' | 'damaged'>> {
  const { database, storeName, now } = context;
  const unfinished: string[] = [];
  const damaged: string[] = [];
  for (const [id, value] of await database.atomically('readonly', (store) =>
    readAll(store, 'job'),
  )) {
    const job = readJob(value);
    if (job.is === 'later') continue;
    // What a living import wrote can be read, so without locks too a damaged job is a dead one's.
    const touchedAt = job.is === 'good' ? job.record.touchedAt : Number.NEGATIVE_INFINITY;
    if (!locksAvailable() && now() - touchedAt < STALE_JOB_MS) continue;
    await ifUnlocked(importLock(storeName, id), async () => {
      if (!(await discardImport(database, id))) return;
      if (job.is === 'good') unfinished.push(job.record.name);
      else damaged.push(labelOf(id, value));
    });
  }
  return { unfinished, damaged };
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
    let count = orphans.length;
    for (const cache of CACHES) count += await sweep(store, cache, owned);
    return count;
  });
}

/** Items by their manifests and entries, and settings. A table of files is looked at when its item is opened. */
function findDamaged(database: Database): Promise<string[]> {
  return database.atomically('readonly', async (store) => {
    const [entries, settings, ...kinds] = await Promise.all(
      ['entry', 'setting', ...ITEM_KINDS].map((prefix) => readAll(store, prefix)),
    );
    const items = kinds.flatMap((manifests) => [...manifests]);
    const damagedItems = items.filter(
      ([id, manifest]) =>
        readManifest(manifest).is === 'damaged' ||
        (entries?.has(id) && readEntry(entries.get(id)).is === 'damaged'),
    );
    const damagedSettings = [...(settings ?? [])].filter(([, value]) => !isJson(value));
    return [
      ...damagedItems.map(([id, manifest]) => labelOf(id, manifest)),
      ...damagedSettings.map(([name]) => name),
    ];
  });
}
