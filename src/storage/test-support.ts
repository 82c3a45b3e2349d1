/** What the tests of this room share: faults to inject, and stand-ins for browser interfaces that Node lacks. */
import 'fake-indexeddb/auto';
import { createStore, entries, keys } from 'idb-keyval';
import { vi } from 'vitest';
import type { NamedBlob } from '../checkpoint/types';

let stores = 0;
/** A name that no other test uses. */
export const freshStoreName = (): string => `test-${process.pid}-${++stores}`;

export const allKeys = (storeName: string): Promise<IDBValidKey[]> => keys(rawStore(storeName));

/** The store behind a library, to look at or to damage. */
export const rawStore = (storeName: string) => createStore(storeName, 'library');

/** Every record, by its key as text. */
export const allRecords = async (storeName: string): Promise<Record<string, unknown>> =>
  Object.fromEntries(
    (await entries(rawStore(storeName))).map(([key, value]) => [JSON.stringify(key), value]),
  );

/** A small, fast, seeded generator (mulberry32), so that a failing case can be run again. */
export function seededRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

/** Files of these sizes; no two bytes at the same distance agree, so that a wrong offset shows. */
export function makeFiles(sizes: Readonly<Record<string, number>>, seed = 1): NamedBlob<Blob>[] {
  const random = seededRandom(seed);
  return Object.entries(sizes).map(([name, size]) => ({
    name,
    blob: new Blob([Uint8Array.from({ length: size }, () => random(256))]),
  }));
}

export async function contentOf(files: readonly NamedBlob<Blob>[]): Promise<[string, number[]][]> {
  return Promise.all(
    files.map(
      async ({ name, blob }): Promise<[string, number[]]> => [
        name,
        Array.from(new Uint8Array(await blob.arrayBuffer())),
      ],
    ),
  );
}

/**
 * How the n-th put fails. `refused`: throws at once, as for a value that cannot be cloned. `full`: succeeds, and the
 * commit fails, as browsers report a full disk. `crash`: the tab dies, nothing reaches the database after it.
 */
export type Fault = 'refused' | 'full' | 'crash';

/** Injects a fault into the n-th put from now (from 1). `revive` ends it. */
export const failPut = (n: number, fault: Fault, errorName: string): { revive(): void } =>
  failWrite('put', n, fault, errorName);

/** As `failPut`, with another kind of write. */
export function failWrite(
  method: 'put' | 'delete',
  n: number,
  fault: Fault,
  errorName: string,
): { revive(): void } {
  const write = IDBObjectStore.prototype[method] as (...given: unknown[]) => IDBRequest;
  let count = 0;
  const spies: { mockRestore(): void }[] = [
    vi.spyOn(IDBObjectStore.prototype, method).mockImplementation(function (
      this: IDBObjectStore,
      ...given: unknown[]
    ) {
      count += 1;
      if (count !== n) return write.apply(this, given);
      if (fault === 'crash') {
        spies.push(
          vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(() => {
            throw new DOMException('The tab is gone.', 'InvalidStateError');
          }),
        );
      }
      if (fault !== 'full') throw new DOMException('Injected.', errorName);
      const request = write.apply(this, given);
      // The fake's own way to end a transaction with a cause, which scripts cannot.
      const transaction = this.transaction as IDBTransaction & { _abort(name: string): void };
      request.addEventListener('success', () => transaction._abort(errorName));
      return request;
    }),
  ];
  return {
    revive() {
      for (const spy of spies) spy.mockRestore();
    },
  };
}

type Work = (lock: object | null) => Promise<unknown>;

/** Exclusive Web Locks, as much of them as is used here. `release` drops a lock as the death of its tab does. */
export function fakeLocks() {
  const held = new Set<string>();
  const waiting: (() => void)[] = [];
  const wake = () => {
    for (const retry of waiting.splice(0)) retry();
  };
  async function request(
    name: string,
    optionsOrWork: LockOptions | Work,
    workAfterOptions?: Work,
  ): Promise<unknown> {
    const options = typeof optionsOrWork === 'function' ? {} : optionsOrWork;
    const work = typeof optionsOrWork === 'function' ? optionsOrWork : workAfterOptions;
    if (!work) throw new TypeError('A lock needs work.');
    if (held.has(name) && options.ifAvailable) return work(null);
    while (held.has(name)) await new Promise<void>((retry) => waiting.push(retry));
    held.add(name);
    try {
      return await work({ name });
    } finally {
      held.delete(name);
      wake();
    }
  }
  return {
    request,
    held,
    release(name: string) {
      held.delete(name);
      wake();
    },
  };
}

/** Gives Node the `navigator` of a browser, or none of it. */
export function stubNavigator(parts: Record<string, unknown>): void {
  vi.stubGlobal('navigator', parts);
}

export const estimateOf = (usage: number, quota: number) => ({
  estimate: async () => ({ usage, quota }),
  persisted: async () => true,
});

/** A stand-in for the origin private file system. `capacity` is the disk's, in bytes; no write takes more than `atOnce`. */
export function fakeDisk({ capacity = Number.POSITIVE_INFINITY, atOnce = 5 } = {}) {
  const folders = new Map<string, Map<string, number[]>>();
  const open = new Set<string>();
  const removeEntry = (folder: Map<string, number[]>) => async (name: string) => {
    if (open.has(name)) throw new DOMException('In use.', 'NoModificationAllowedError');
    if (!folder.delete(name)) throw new DOMException('No such file.', 'NotFoundError');
  };
  const fileHandle = (name: string, bytes: number[]) => ({
    getFile: async () => new File([Uint8Array.from(bytes)], name),
    async createSyncAccessHandle() {
      if (open.has(name)) throw new DOMException('In use.', 'NoModificationAllowedError');
      open.add(name);
      return {
        write(data: Uint8Array, { at }: { at: number }) {
          const count = Math.max(0, Math.min(data.length, atOnce, capacity - at));
          for (let i = 0; i < count; i += 1) bytes[at + i] = data[i] ?? 0;
          return count;
        },
        flush: () => undefined,
        close: () => void open.delete(name),
      };
    },
  });
  return {
    /** Names of all files, by folder. */
    files: () => [...folders.values()].flatMap((folder) => [...folder.keys()]),
    open,
    getDirectory: async () => ({
      async getDirectoryHandle(folderName: string) {
        const folder = folders.get(folderName) ?? new Map<string, number[]>();
        folders.set(folderName, folder);
        return {
          removeEntry: removeEntry(folder),
          keys: async function* () {
            yield* [...folder.keys()];
          },
          async getFileHandle(name: string) {
            const bytes = folder.get(name) ?? [];
            folder.set(name, bytes);
            return fileHandle(name, bytes);
          },
        };
      },
    }),
  };
}
