import { openAsBlob } from 'node:fs';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FormatError, StorageError } from '../errors';
import { openLibrary } from './library';
import {
  allKeys,
  estimateOf,
  failPut,
  freshStoreName,
  makeFiles,
  stubNavigator,
} from './test-support';
import { addModel, listItems } from './testing';
import type { Json, Library } from './types';

let storeName: string;
let lib: Library;

beforeEach(() => {
  storeName = freshStoreName();
  lib = openLibrary({ storeName, partSize: 10 });
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  await lib.close();
});

const request = () => ({ name: 'sun397', files: makeFiles({ a: 35, b: 4 }), facts: null });

describe('an import that fails', () => {
  // Job, four parts, each with its job's sign of life, then files, manifest and entry: 12 puts.
  const PUTS = 12;

  it('is tried at every put that it makes', async () => {
    const put = vi.spyOn(IDBObjectStore.prototype, 'put');
    await addModel(lib, request());
    expect(put).toHaveBeenCalledTimes(PUTS);
  });

  for (const fault of ['full', 'refused'] as const) {
    for (let n = 1; n <= PUTS; n += 1) {
      it(`leaves nothing behind when put ${n} is ${fault}`, async () => {
        failPut(n, fault, 'QuotaExceededError');
        await expect(addModel(lib, request())).rejects.toThrow(StorageError);
        expect(await allKeys(storeName)).toEqual([]);
      });
    }
  }

  it('tells needed, used and available, and what to do, when the disk is full', async () => {
    stubNavigator({ storage: estimateOf(850e6, 1e9) });
    failPut(4, 'full', 'QuotaExceededError');
    await expect(addModel(lib, request())).rejects.toThrowErrorMatchingInlineSnapshot(
      `[StorageError: sun397 needs 39 bytes and the browser's storage is full. Nothing of it was kept. This site uses 850 MB of the 1 GB that the browser grants it, so 150 MB are available. The disk itself seems to have less room than that. Remove models or image sets from the library, or free disk space, then try again.]`,
    );
  });

  it.each(['NS_ERROR_DOM_QUOTA_REACHED', 'NS_ERROR_FILE_NO_DEVICE_SPACE'])(
    'knows %s for a full disk',
    async (name) => {
      failPut(4, 'full', name);
      await expect(addModel(lib, request())).rejects.toThrow("the browser's storage is full");
    },
  );

  it.each(['AbortError', 'UnknownError', 'InvalidStateError'])(
    'says that storage failed on %s, with the browser’s error as its cause',
    async (name) => {
      failPut(4, 'full', name);
      const failure = await addModel(lib, request()).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(StorageError);
      expect(failure).toMatchObject({
        message: expect.stringContaining(`storage failed (${name}). Nothing of it was kept.`),
        cause: { name },
      });
    },
  );

  it('says so when not even cleaning up works', async () => {
    const { revive } = failPut(4, 'crash', 'UnknownError');
    await expect(addModel(lib, request())).rejects.toThrow(
      'is removed the next time this page starts',
    );
    revive();
    expect(await allKeys(storeName)).not.toEqual([]);
  });

  it('is refused before the first write when it cannot fit', async () => {
    stubNavigator({ storage: estimateOf(1_000, 1_038) });
    const put = vi.spyOn(IDBObjectStore.prototype, 'put');
    await expect(addModel(lib, request())).rejects.toThrowErrorMatchingInlineSnapshot(
      `[StorageError: sun397 needs 39 bytes and cannot be stored. This site uses 1 kB of the 1.04 kB that the browser grants it, so 38 bytes are available. Remove models or image sets from the library, or free disk space, then try again.]`,
    );
    expect(put).not.toHaveBeenCalled();
    stubNavigator({ storage: estimateOf(1_000, 1_039) });
    await expect(addModel(lib, request())).resolves.toMatchObject({ size: 39 });
  });

  it('names two files of one name', async () => {
    const [file] = makeFiles({ 'model.safetensors': 3 });
    const files = file ? [file, file] : [];
    await expect(addModel(lib, { name: 'clip', files, facts: null })).rejects.toThrow(
      new FormatError(
        'model.safetensors',
        'two files have this name. Rename one and add them again.',
      ),
    );
  });

  it('keeps nothing of facts that cannot be stored', async () => {
    const facts = (() => 1) as unknown as Json;
    await expect(addModel(lib, { ...request(), facts })).rejects.toThrow(/DataCloneError/);
    expect(await allKeys(storeName)).toEqual([]);
  });

  it('notices a part that was stored short', async () => {
    const put = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
      this: IDBObjectStore,
      value: unknown,
      key?: IDBValidKey,
    ) {
      return put.call(this, value instanceof Blob ? value.slice(0, 7) : value, key);
    });
    await expect(addModel(lib, request())).rejects.toThrow('stored 7 of 10 bytes of part 1');
    expect(await allKeys(storeName)).toEqual([]);
  });

  it('passes on what the progress callback throws', async () => {
    const bug = new TypeError('a bug of the caller');
    const onProgress = (done: number) => {
      if (done > 0) throw bug;
    };
    await expect(addModel(lib, request(), { onProgress })).rejects.toBe(bug);
    expect(await allKeys(storeName)).toEqual([]);
  });
});

describe('a source file that changes during the import', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'storage-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each([
    ['changed', (path: string) => appendFile(path, 'more')],
    ['deleted', (path: string) => rm(path)],
  ])('is named when it was %s', async (_, change) => {
    const path = join(folder, 'second.safetensors');
    await writeFile(path, 'x'.repeat(25));
    const files = [
      ...makeFiles({ 'first.safetensors': 12 }),
      { name: 'second.safetensors', blob: await openAsBlob(path) },
    ];
    await change(path);
    // Browsers read the source while they commit; the fake database keeps a reference and does not.
    failPut(5, 'full', 'DataError');
    await expect(addModel(lib, { name: 'clip', files, facts: null })).rejects.toThrow(
      /^second\.safetensors can no longer be read \(NotReadableError\)/,
    );
    expect(await allKeys(storeName)).toEqual([]);
  });
});

describe('stopping an import', () => {
  it.each([0, 1, 2, 3, 4])('after %i parts leaves nothing behind', async (parts) => {
    const controller = new AbortController();
    let calls = 0;
    const onProgress = () => {
      if (calls === parts) controller.abort(new Error('stopped by the user'));
      calls += 1;
    };
    const importing = addModel(lib, request(), { signal: controller.signal, onProgress });
    await expect(importing).rejects.toThrow('stopped by the user');
    expect(await allKeys(storeName)).toEqual([]);
  });

  it('before it starts writes nothing', async () => {
    const put = vi.spyOn(IDBObjectStore.prototype, 'put');
    const signal = AbortSignal.abort();
    await expect(addModel(lib, request(), { signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(put).not.toHaveBeenCalled();
  });

  it('after it is done changes nothing', async () => {
    const controller = new AbortController();
    const item = await addModel(lib, request(), { signal: controller.signal });
    controller.abort();
    expect(await listItems(lib, 'checkpoint')).toEqual([item]);
  });
});

describe('progress', () => {
  it('starts at zero, never falls, and ends with the whole size', async () => {
    const steps: [number, number][] = [];
    await addModel(lib, request(), { onProgress: (...step) => steps.push(step) });
    expect(steps[0]).toEqual([0, 39]);
    expect(steps.at(-1)).toEqual([39, 39]);
    expect(steps).toHaveLength(5);
    expect(steps).toEqual(steps.toSorted(([a], [b]) => a - b));
  });

  it('has at most two parts in flight', async () => {
    let inFlight = 0;
    let most = 0;
    const put = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
      this: IDBObjectStore,
      value: unknown,
      key?: IDBValidKey,
    ) {
      if (value instanceof Blob) {
        inFlight += 1;
        most = Math.max(most, inFlight);
      }
      return put.call(this, value, key);
    });
    let reported = 0;
    await addModel(
      lib,
      { name: 'clip', files: makeFiles({ a: 200 }), facts: null },
      {
        onProgress: () => {
          reported += 1;
          if (reported > 1) inFlight -= 1;
        },
      },
    );
    expect(most).toBeLessThanOrEqual(2);
    expect(inFlight).toBe(0);
  });
});
