/** The page's library as a test sees it from outside: what is in its store, and a way to halt it. */
import type { Page } from '@playwright/test';

const DATABASE = 'task-arithmetic-studio';
const STORE = 'library';

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

/**
 * Waits for an import to have stored its first part, and then keeps the store's writes waiting until the returned
 * function is called: an import stands still in its middle.
 */
export async function holdNextImport(page: Page): Promise<() => Promise<void>> {
  const held = await page.evaluateHandle(
    async ([name, store]) => {
      const open = indexedDB.open(name);
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        open.onsuccess = () => resolve(open.result);
        open.onerror = () => reject(open.error);
      });
      const control = { released: false };
      const under = (kind: string) => IDBKeyRange.bound([kind], [kind, []]);
      // The browser gives transactions their turns, so there is one between any two of the import's.
      const look = () => {
        const objects = database.transaction(store, 'readwrite').objectStore(store);
        const jobs = objects.count(under('job'));
        const parts = objects.count(under('part'));
        parts.onsuccess = () => {
          if (jobs.result > 0 && parts.result > 0) hold(objects);
          else objects.transaction.oncomplete = look;
        };
      };
      // A transaction lives as long as it has a request.
      const hold = (objects: IDBObjectStore) => {
        objects.count().onsuccess = () => {
          if (control.released) database.close();
          else hold(objects);
        };
      };
      look();
      return control;
    },
    [DATABASE, STORE] as const,
  );
  return () =>
    held.evaluate((control) => {
      control.released = true;
    });
}
