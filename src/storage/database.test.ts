import { createStore, setMany } from 'idb-keyval';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Database, openDatabase, resultOf } from './database';
import { allKeys, failPut, freshStoreName } from './test-support';

let name: string;
let database: Database;

beforeEach(() => {
  name = freshStoreName();
  database = openDatabase(name);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await database.close();
});

/** Two good puts around one whose value cannot be cloned. */
const entries: [IDBValidKey, unknown][] = [
  ['a', 1],
  ['b', () => 1],
  ['c', 2],
];

describe('a transaction', () => {
  it('keeps nothing when a put throws half-way, unlike idb-keyval’s own', async () => {
    const writing = database.atomically('readwrite', (store) => {
      for (const [key, value] of entries) store.put(value, key);
    });
    await expect(writing).rejects.toMatchObject({ name: 'DataCloneError' });
    expect(await allKeys(name)).toEqual([]);

    await expect(setMany(entries, createStore(name, 'library'))).rejects.toThrow();
    expect(await allKeys(name)).toEqual(['a']);
  });

  it('keeps nothing when its work rejects, and rejects with that very error', async () => {
    const bug = new TypeError('a bug of the caller');
    const writing = database.atomically('readwrite', async (store) => {
      store.put(1, 'a');
      await resultOf(store.get('a'));
      throw bug;
    });
    await expect(writing).rejects.toBe(bug);
    expect(await allKeys(name)).toEqual([]);
  });

  it('resolves to what its work resolves to, once it is committed', async () => {
    const result = await database.atomically('readwrite', async (store) => {
      store.put('kept', 'a');
      return resultOf(store.get('a'));
    });
    expect(result).toBe('kept');
    expect(await allKeys(name)).toEqual(['a']);
  });

  it('rejects with the cause of its abort, not with the request that it took down', async () => {
    failPut(1, 'full', 'QuotaExceededError');
    const writing = database.atomically('readwrite', async (store) => {
      store.put(1, 'a');
      await resultOf(store.get('a'));
    });
    await expect(writing).rejects.toMatchObject({ name: 'QuotaExceededError' });
  });

  it('stops in the middle when its signal is aborted', async () => {
    const controller = new AbortController();
    const writing = database.atomically(
      'readwrite',
      async (store) => {
        store.put(1, 'a');
        await resultOf(store.get('a'));
        controller.abort(new Error('stopped by the user'));
      },
      controller.signal,
    );
    await expect(writing).rejects.toThrow('stopped by the user');
    expect(await allKeys(name)).toEqual([]);
  });

  it('is tried again on a fresh connection only if it had not begun', async () => {
    const work = vi.fn(() => {
      throw new DOMException('The work’s own.', 'InvalidStateError');
    });
    await expect(database.atomically('readonly', work)).rejects.toThrow('The work’s own.');
    expect(work).toHaveBeenCalledTimes(1);
  });
});
