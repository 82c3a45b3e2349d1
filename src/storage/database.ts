/**
 * One idb-keyval store with transactions that are really all or nothing. idb-keyval opens the database and keeps the
 * connection; what it leaves to its user is here: a callback that throws half-way would let the transaction commit what
 * was put before (its `setMany` does), and a connection that the browser wedged is not reopened.
 */
import { createStore, promisifyRequest } from 'idb-keyval';

export interface Database {
  /**
   * Runs `work` in one transaction. Resolves when it is committed; when anything throws, rejects or aborts, nothing of
   * it is kept. `work` may await nothing but requests of its own store.
   */
  atomically<T>(
    mode: 'readonly' | 'readwrite',
    work: (store: IDBObjectStore) => T | Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
  close(): Promise<void>;
}

const STORE = 'library';

export function openDatabase(name: string): Database {
  let use = createStore(name, STORE);

  async function atomically<T>(
    mode: 'readonly' | 'readwrite',
    work: (store: IDBObjectStore) => T | Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    signal?.throwIfAborted();
    let started = false;
    const run = () =>
      use(mode, (store) => {
        started = true;
        return runTransaction(store, work, signal);
      });
    try {
      return await run();
    } catch (error) {
      // Safari closes idle connections without an event and Firefox wedges them when the disk was full.
      if (started || !(error instanceof Error) || error.name !== 'InvalidStateError') throw error;
      use = createStore(name, STORE);
      return run();
    }
  }

  return {
    atomically,
    async close() {
      try {
        await use('readonly', (store) => store.transaction.db.close());
      } catch {
        // It is closed already, or never opened.
      }
    },
  };
}

async function runTransaction<T>(
  store: IDBObjectStore,
  work: (store: IDBObjectStore) => T | Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const { transaction } = store;
  const committed = commitOf(transaction);
  const stop = () => abort(transaction);
  signal?.addEventListener('abort', stop);
  try {
    const result = await work(store);
    await committed;
    return result;
  } catch (error) {
    stop();
    // The abort's own cause (quota, disk) says more than the request that it cancelled.
    const cause = await committed.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    signal?.throwIfAborted();
    throw (transaction.error && cause) ?? error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Not `promisifyRequest`: that settles on the bubbling error of a request, before the transaction knows its cause. */
function commitOf(transaction: IDBTransaction): Promise<void> {
  const committed = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () =>
      reject(transaction.error ?? new DOMException('The transaction was aborted.', 'AbortError'));
  });
  committed.catch(() => undefined);
  return committed;
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It has already ended.
  }
}

/** A request's result, inside a transaction. */
export const resultOf = <T>(request: IDBRequest<T>): Promise<T> => promisifyRequest(request);
