import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openLibrary } from './library';
import { allKeys, allRecords, contentOf, freshStoreName, makeFiles } from './test-support';
import { addModel } from './testing';
import type { Library } from './types';

let storeName: string;
let lib: Library;

beforeEach(() => {
  storeName = freshStoreName();
  lib = openLibrary({ storeName, partSize: 10 });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await lib.close();
});

/** As WebKit in a window that keeps nothing: the request of a Blob fails, and with it its transaction. */
function refuseBlobs(errorName = 'UnknownError') {
  const put = IDBObjectStore.prototype.put;
  return vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
    this: IDBObjectStore,
    value: unknown,
    key?: IDBValidKey,
  ) {
    const request = put.call(this, value, key);
    if (value instanceof Blob) {
      const transaction = this.transaction as IDBTransaction & { _abort(name: string): void };
      request.addEventListener('success', () => transaction._abort(errorName));
    }
    return request;
  });
}

const files = () => makeFiles({ a: 35, b: 4 });

it('where Blobs are refused, parts are stored as bytes, and read back as they were', async () => {
  const put = refuseBlobs();
  const { id } = await addModel(lib, { name: 'sun397', files: files(), facts: null });
  expect(await contentOf(await lib.openModel(id))).toEqual(await contentOf(files()));
  const parts = Object.entries(await allRecords(storeName)).filter(([key]) => /part/.test(key));
  expect(parts.map(([, value]) => value instanceof ArrayBuffer)).toEqual(Array(4).fill(true));
  expect((await lib.usage()).inMemory).toBe(true);

  // It is tried no more.
  put.mockClear();
  await addModel(lib, { name: 'other', files: files(), facts: null });
  expect(put.mock.calls.filter(([value]) => value instanceof Blob)).toEqual([]);
});

it('at the next visit they are opened as well', async () => {
  refuseBlobs();
  const { id } = await addModel(lib, { name: 'sun397', files: files(), facts: null });
  await lib.close();
  lib = openLibrary({ storeName, partSize: 10 });
  expect(await contentOf(await lib.openModel(id))).toEqual(await contentOf(files()));
  expect((await lib.usage()).inMemory).toBe(true);
});

it('a full disk is no reason to try bytes', async () => {
  refuseBlobs('QuotaExceededError');
  const request = { name: 'sun397', files: files(), facts: null };
  await expect(addModel(lib, request)).rejects.toThrow('storage is full');
  expect(await allKeys(storeName)).toEqual([]);
});

it('Blobs stay Blobs where they can be stored', async () => {
  await addModel(lib, { name: 'sun397', files: files(), facts: null });
  const parts = Object.entries(await allRecords(storeName)).filter(([key]) => /part/.test(key));
  expect(parts.map(([, value]) => value instanceof Blob)).toEqual(Array(4).fill(true));
  expect((await lib.usage()).inMemory).toBe(false);
});
