/** The page's library as a test sees it from outside: what is in its store, and a way to halt it. */
import type { Page } from '@playwright/test';

const DATABASE = 'task-arithmetic-studio';
const STORE = 'library';

/** What lies in the store, as the program would list it, and whatever is there that no list would show. */
export interface StoredLibrary {
  /** Names, base first, the others in their order. */
  readonly models: readonly string[];
  /** Names, in their order. */
  readonly tasks: readonly string[];
  /** Of the models, by name: whatever is kept with them. */
  readonly entries: Readonly<Record<string, StoredEntry>>;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Unfinished imports, records of nobody, items without a place or without all of their bytes, scratch files. */
  readonly leftovers: readonly string[];
}

interface StoredEntry {
  readonly name: string;
  readonly origin: string;
  readonly order: number;
  readonly included: boolean;
  readonly weight?: number;
}

/** Reads the whole store, in one transaction, and the scratch files. */
export async function storedLibrary(page: Page): Promise<StoredLibrary> {
  const { models, tasks, ...rest } = await page.evaluate(
    async ([name, store]) => {
      const scratch: string[] = [];
      for await (const folder of (await navigator.storage.getDirectory()).values()) {
        if (!(folder instanceof FileSystemDirectoryHandle)) continue;
        for await (const file of folder.keys()) scratch.push(`scratch ${file}`);
      }
      // Opened unasked, a library that is not there yet would be made, and without its store.
      const there = (await indexedDB.databases()).some((database) => database.name === name);
      if (!there) return { models: [], tasks: [], entries: {}, settings: {}, leftovers: scratch };

      const open = indexedDB.open(name);
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        open.onsuccess = () => resolve(open.result);
        open.onerror = () => reject(open.error);
      });
      const objects = database.transaction(store).objectStore(store);
      const keysRequest = objects.getAllKeys();
      const keys = await new Promise<(readonly string[])[]>((resolve, reject) => {
        keysRequest.onsuccess = () => resolve(keysRequest.result as (readonly string[])[]);
        keysRequest.onerror = () => reject(keysRequest.error);
      });
      // Values of records that are small: asked for at once, so that the transaction lives on.
      const small = new Set(['checkpoint', 'imageset', 'entry', 'setting']);
      const records = new Map<string, Record<string, never>>();
      await Promise.all(
        keys
          .filter(([kind = '']) => small.has(kind))
          .map(
            ([kind = '', id = '']) =>
              new Promise<void>((resolve, reject) => {
                const request = objects.get([kind, id]);
                request.onsuccess = () => {
                  records.set(`${kind} ${id}`, request.result);
                  resolve();
                };
                request.onerror = () => reject(request.error);
              }),
          ),
      );
      database.close();

      const ids = (wanted: string) =>
        keys.filter(([kind]) => kind === wanted).map(([, id = '']) => id);
      const owners = new Set([...ids('checkpoint'), ...ids('imageset')]);
      const leftovers = [...scratch, ...ids('job').map((id) => `job ${id}`)];
      for (const [kind = '', id = ''] of keys) {
        if (/^(job|setting)$/.test(kind) || owners.has(id)) continue;
        leftovers.push(`${kind} of nobody ${id}`);
      }
      const entries: Record<string, never> = {};
      const place = (kind: string) =>
        ids(kind).flatMap((id) => {
          const manifest: Record<string, unknown> = records.get(`${kind} ${id}`) ?? {};
          const stored: Record<string, never> | undefined = records.get(`entry ${id}`)?.entry;
          const parts = keys.filter(([first, second]) => first === 'part' && second === id).length;
          const wanted = Math.ceil(Number(manifest.size) / Number(manifest.partSize));
          if (parts !== wanted) leftovers.push(`${manifest.name}: ${parts} of ${wanted} parts`);
          if (!ids('files').includes(id)) leftovers.push(`${manifest.name}: no list of files`);
          if (stored === undefined) {
            leftovers.push(`${manifest.name}: no place`);
            return [];
          }
          const { name, order } = stored as { name: string; order: number };
          if (kind === 'checkpoint') entries[name] = stored as never;
          return [{ id, name, order }];
        });
      const settings = Object.fromEntries(
        ids('setting').map((id) => [id, records.get(`setting ${id}`)?.value]),
      );
      const base: unknown = settings.baseId;
      const inOrder = (
        a: { id: string; order: number },
        b: { id: string; order: number },
      ): number => a.order - b.order || (a.id < b.id ? -1 : 1);
      const found = place('checkpoint').sort(inOrder);
      return {
        models: [
          ...found.filter(({ id }) => id === base),
          ...found.filter(({ id }) => id !== base),
        ],
        tasks: place('imageset').sort(inOrder),
        entries,
        settings,
        leftovers,
      };
    },
    [DATABASE, STORE] as const,
  );
  return {
    ...rest,
    models: models.map(({ name }) => name),
    tasks: tasks.map(({ name }) => name),
  };
}

/** Models and tasks as the page lists them, by name, in its order. */
export interface Listed {
  readonly models: readonly string[];
  readonly tasks: readonly string[];
}

/** Runs in the page. */
export function listedNames(): Listed {
  const names = (title: string) => {
    const sections = [...document.querySelectorAll('section')];
    const pool = sections.find((section) => section.querySelector('h2')?.textContent === title);
    return Array.from(
      pool?.querySelectorAll('.row-name') ?? [],
      (name) => name.querySelector('.name')?.getAttribute('data-tip') ?? '',
    );
  };
  return { models: names('Model pool'), tasks: names('Task pool') };
}

/** The first elements of all keys, sorted: what kinds of records there are. */
export async function recordKinds(page: Page): Promise<string[]> {
  return page.evaluate(
    async ([name, store]) => {
      const open = indexedDB.open(name);
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        open.onsuccess = () => resolve(open.result);
        open.onerror = () => reject(open.error);
      });
      const request = database.transaction(store).objectStore(store).getAllKeys();
      const keys = await new Promise<IDBValidKey[]>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      database.close();
      return keys.map((key) => String(Array.isArray(key) ? key[0] : key)).sort();
    },
    [DATABASE, STORE] as const,
  );
}

declare global {
  var letImportGo: (() => void) | undefined;
}

/** Runs in a worker. */
function holdImportHere(): void {
  const put = IDBObjectStore.prototype.put;
  let held = false;
  let released = false;
  globalThis.letImportGo = () => {
    released = true;
  };
  IDBObjectStore.prototype.put = function (
    this: IDBObjectStore,
    value: unknown,
    key?: IDBValidKey,
  ) {
    const request = put.call(this, value, key);
    if (!held && Array.isArray(key) && key[0] === 'part') {
      held = true;
      // It comes after this one and before any other of the import's, and lives as long as it has a request.
      const { db, name } = { db: this.transaction.db, name: this.name };
      const objects = db.transaction(name, 'readwrite').objectStore(name);
      const hold = () => {
        objects.count().onsuccess = () => {
          if (!released) hold();
        };
      };
      hold();
    }
    return request;
  };
}

/**
 * From now on, once an import stores its first part, the store keeps everything after that waiting until the returned
 * function is called: an import stands still in its middle.
 */
export async function holdNextImport(page: Page): Promise<() => Promise<void>> {
  const workers = page.workers();
  await Promise.all(workers.map((worker) => worker.evaluate(holdImportHere)));
  return async () => {
    await Promise.all(workers.map((worker) => worker.evaluate(() => globalThis.letImportGo?.())));
  };
}
