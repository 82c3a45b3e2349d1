import { del } from 'idb-keyval';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StorageError } from '../errors';
import { openLibrary } from './library';
import {
  allKeys,
  allRecords,
  contentOf,
  failPut,
  fakeLocks,
  freshStoreName,
  makeFiles,
  rawStore,
  stubNavigator,
} from './test-support';
import { addImageSet, addModel, listItems } from './testing';
import type { Json, Library, LibraryChange, LibraryRecords } from './types';

const opened: Library[] = [];
function library(storeName: string, now?: () => number): Library {
  const made = openLibrary({ storeName, partSize: 10, ...(now && { now }) });
  opened.push(made);
  return made;
}

let storeName: string;
let lib: Library;

beforeEach(() => {
  stubNavigator({ locks: fakeLocks() });
  storeName = freshStoreName();
  lib = library(storeName);
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  await Promise.all(opened.splice(0).map((made) => made.close()));
});

const request = (name = 'sun397') => ({ name, files: makeFiles({ a: 15, b: 4 }), facts: null });

const commitOne = async (name: string, entry: Json = name) => {
  const staged = await lib.stageModel(request(name));
  await lib.transact(() => ({ commit: [{ staged, entry }] }));
  return staged;
};

describe('a staged import', () => {
  it('is in no list until it is committed, and then with its entry', async () => {
    const staged = await lib.stageImageSet({ ...request(), facts: { labels: [1, 2] } });
    expect(staged).toMatchObject({ kind: 'imageset', name: 'sun397', size: 19 });
    expect(await lib.read()).toEqual({ items: [], settings: {} });
    expect(await lib.getItem(staged.id)).toBeUndefined();
    await expect(lib.openImageSet(staged.id)).rejects.toThrow('no longer in the library');

    const after = await lib.transact(() => ({ commit: [{ staged, entry: { place: 3 } }] }));
    expect(after.items).toEqual([{ id: staged.id, kind: 'imageset', entry: { place: 3 } }]);
    expect(await library(storeName).read()).toEqual(after);
    expect(await lib.getItem(staged.id)).toEqual({
      id: staged.id,
      kind: 'imageset',
      name: 'sun397',
      size: 19,
      fileCount: 2,
      importedAt: expect.any(Number),
      facts: { labels: [1, 2] },
    });
    expect(await contentOf(await lib.openImageSet(staged.id))).toEqual(
      await contentOf(request().files),
    );
  });

  it('is gone without a trace once it is discarded, and cannot be committed then', async () => {
    const staged = await lib.stageModel(request());
    expect(await allKeys(storeName)).not.toEqual([]);
    await staged.discard();
    expect(await allKeys(storeName)).toEqual([]);
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction');
    await staged.discard();
    expect(transaction).not.toHaveBeenCalled();
    await expect(lib.transact(() => ({ commit: [{ staged, entry: 1 }] }))).rejects.toThrow(
      'sun397: what had been stored of it was removed meanwhile',
    );
    expect(await allKeys(storeName)).toEqual([]);
  });

  it('stays when it is discarded after it was committed', async () => {
    const staged = await commitOne('sun397');
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction');
    await staged.discard();
    expect(transaction).not.toHaveBeenCalled();
    expect(await contentOf(await lib.openModel(staged.id))).toEqual(
      await contentOf(request().files),
    );
  });

  it('is left alone by other tabs until its library is closed', async () => {
    const other = library(storeName);
    const writer = library(storeName);
    const [first, second] = [
      await writer.stageModel(request()),
      await writer.stageModel(request()),
    ];
    expect(await other.recover()).toMatchObject({ unfinished: [], orphans: 0 });
    await writer.transact(() => ({ commit: [{ staged: first, entry: 1 }] }));
    await writer.close();
    await expect(
      writer.transact(() => ({ commit: [{ staged: second, entry: 1 }] })),
    ).rejects.toThrow('removed meanwhile');
    expect(await other.recover()).toMatchObject({ unfinished: ['sun397'], orphans: 0 });
    expect((await other.read()).items.map(({ id }) => id)).toEqual([first.id]);
    expect(JSON.stringify(await allKeys(storeName))).not.toContain(second.id);
  });

  it('gives its lock up when it is committed, discarded or fails', async () => {
    const locks = fakeLocks();
    stubNavigator({ locks });
    const staged = await lib.stageModel(request());
    expect(locks.held.size).toBe(1);
    await lib.transact(() => ({ commit: [{ staged, entry: 1 }] }));
    await (await lib.stageModel(request())).discard();
    failPut(3, 'full', 'QuotaExceededError');
    await expect(lib.stageModel(request())).rejects.toThrow(StorageError);
    await vi.waitFor(() => expect(locks.held.size).toBe(0));
  });

  it('that cannot be discarded says so, and the next start removes it', async () => {
    const staged = await lib.stageModel(request());
    const closed = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(() => {
      throw new DOMException('The disk is gone.', 'UnknownError');
    });
    await expect(staged.discard()).rejects.toThrow(
      'Removing what was stored of sun397 did not work',
    );
    closed.mockRestore();
    expect(await library(storeName).recover()).toMatchObject({ unfinished: ['sun397'] });
    expect(await allKeys(storeName)).toEqual([]);
  });
});

describe('the order of items', () => {
  it('is that of import, within one transaction and whatever the clock does', async () => {
    let time = 5000;
    lib = library(storeName, () => time--);
    const staged = await Promise.all(
      ['zebra', 'apple', 'mango', 'fig', 'kiwi'].map((name) => lib.stageModel(request(name))),
    );
    await lib.transact(() => ({ commit: staged.map((one) => ({ staged: one, entry: one.name })) }));
    await commitOne('last');
    const names = ['zebra', 'apple', 'mango', 'fig', 'kiwi', 'last'];
    expect((await lib.read()).items.map(({ entry }) => entry)).toEqual(names);
    const items = await listItems(lib, 'checkpoint');
    expect(items.map(({ name }) => name)).toEqual(names);
    expect(items.map(({ importedAt }) => importedAt)).toEqual(
      items.map(({ importedAt }) => importedAt).toSorted((a, b) => a - b),
    );
  });
});

describe('a transaction', () => {
  it('shows the records before and resolves with those after it', async () => {
    const { id } = await commitOne('a');
    await lib.transact(() => ({ settings: { factor: 0.3, order: [1] } }));
    const seen: LibraryRecords[] = [];
    const after = await lib.transact((records) => {
      seen.push(records);
      return { entries: { [id]: { weight: 2 } }, settings: { factor: undefined, method: 'ties' } };
    });
    expect(seen).toEqual([
      {
        items: [{ id, kind: 'checkpoint', entry: 'a' }],
        settings: { factor: 0.3, order: [1] },
      },
    ]);
    expect(after).toEqual({
      items: [{ id, kind: 'checkpoint', entry: { weight: 2 } }],
      settings: { order: [1], method: 'ties' },
    });
    expect(await lib.read()).toEqual(after);
  });

  it('leaves everything that it does not name as it is', async () => {
    await commitOne('a');
    await lib.transact(() => ({ settings: { factor: 1 } }));
    const before = await allRecords(storeName);
    await lib.transact(() => ({}));
    expect(await allRecords(storeName)).toEqual(before);
  });

  it('ignores entries of items that are gone', async () => {
    await lib.transact(() => ({ entries: { gone: 1 }, remove: ['gone'] }));
    expect(await allKeys(storeName)).toEqual([]);
  });

  it('can commit, change, remove and set at once', async () => {
    const [old, kept] = [await commitOne('old'), await commitOne('kept')];
    const staged = await lib.stageModel(request('new'));
    const after = await lib.transact(({ items }) => ({
      commit: [{ staged, entry: items.length }],
      entries: { [kept.id]: 'changed', [old.id]: 'too late' },
      remove: [old.id],
      settings: { factor: 1 },
    }));
    expect(after).toEqual({
      items: [
        { id: kept.id, kind: 'checkpoint', entry: 'changed' },
        { id: staged.id, kind: 'checkpoint', entry: 2 },
      ],
      settings: { factor: 1 },
    });
    expect(JSON.stringify(await allKeys(storeName))).not.toContain(old.id);
  });

  it.each([
    new TypeError('a bug of the caller'),
    new DOMException('of the caller', 'AbortError'),
    new StorageError('a refusal of the caller'),
  ])(
    'keeps nothing where its change throws, and rejects with that very error: %s',
    async (error) => {
      await commitOne('a');
      const before = await allRecords(storeName);
      const change = () => {
        throw error;
      };
      await expect(lib.transact(change)).rejects.toBe(error);
      expect(await allRecords(storeName)).toEqual(before);
    },
  );

  it('keeps nothing where one of its values cannot be stored', async () => {
    const { id } = await commitOne('a');
    const before = await allRecords(storeName);
    const setting = (() => 1) as unknown as Json;
    await expect(
      lib.transact(() => ({ entries: { [id]: 'b' }, settings: { setting } })),
    ).rejects.toThrow(StorageError);
    expect(await allRecords(storeName)).toEqual(before);
  });

  it('loses no change of another tab', async () => {
    const other = library(storeName);
    const count = ({ settings }: LibraryRecords) => ({
      settings: { count: Number(settings.count ?? 0) + 1 },
    });
    await Promise.all([lib, other, lib, other, lib].map((one) => one.transact(count)));
    expect((await lib.read()).settings).toEqual({ count: 5 });
  });

  it('calls its change once, after the connection was reopened too', async () => {
    await lib.read();
    vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementationOnce(() => {
      throw new DOMException('The database connection is closing.', 'InvalidStateError');
    });
    const change = vi.fn(() => ({ settings: { factor: 1 } }));
    await lib.transact(change);
    expect(change).toHaveBeenCalledTimes(1);
    expect((await lib.read()).settings).toEqual({ factor: 1 });
  });

  it('fails whole, by the name of the staged import that another tab removed', async () => {
    stubNavigator({});
    const [good, lost] = [
      await lib.stageModel(request('good')),
      await lib.stageModel(request('lost')),
    ];
    await del(['job', lost.id], rawStore(storeName));
    const commit = [good, lost].map((staged) => ({ staged, entry: null }));
    await expect(lib.transact(() => ({ commit, settings: { factor: 1 } }))).rejects.toThrow(
      /^lost: what had been stored of it was removed meanwhile/,
    );
    expect(await lib.read()).toEqual({ items: [], settings: {} });
  });

  it('fails whole where a part of a staged import is no longer there', async () => {
    const staged = await lib.stageModel(request());
    await del(['part', staged.id, 1], rawStore(storeName));
    await expect(lib.transact(() => ({ commit: [{ staged, entry: 1 }] }))).rejects.toThrow(
      /^sun397: what had been stored of it was removed meanwhile/,
    );
    expect((await lib.read()).items).toEqual([]);
  });

  it('names what could not be added when the disk is full, and can be tried again', async () => {
    const staged = [await lib.stageModel(request('one')), await lib.stageModel(request('two'))];
    const change = () => ({ commit: staged.map((one) => ({ staged: one, entry: one.name })) });
    const { revive } = failPut(4, 'full', 'QuotaExceededError');
    await expect(lib.transact(change)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[StorageError: Adding one, two did not work: the browser's storage is full. Remove models or image sets from the library, or free disk space, then try again.]`,
    );
    revive();
    expect((await lib.read()).items).toEqual([]);
    const { items } = await lib.transact(change);
    expect(items.map(({ entry }) => entry)).toEqual(['one', 'two']);
  });

  it('says what did not work when it was no import', async () => {
    failPut(1, 'full', 'UnknownError');
    await expect(lib.transact(() => ({ settings: { a: 1 } }))).rejects.toThrow(
      "Changing the library did not work: the browser's storage failed (UnknownError)",
    );
  });

  it('tells other tabs once of each thing that changed, and nothing of what failed', async () => {
    const kept = await commitOne('kept');
    const gone = await addImageSet(lib, request('gone'));
    await lib.transact(() => ({ settings: { old: 1 } }));
    await lib.putResults([
      { owner: kept.id, name: 'r', items: [kept.id, gone.id], bytes: 1, value: 1 },
      { owner: gone.id, name: 'r', items: [gone.id], bytes: 1, value: 1 },
    ]);
    const seen: LibraryChange[] = [];
    const own: LibraryChange[] = [];
    library(storeName).onChange((change) => seen.push(change));
    lib.onChange((change) => own.push(change));

    const refused = lib.transact(() => {
      throw new Error('no');
    });
    await refused.catch(() => undefined);
    const staged = await lib.stageModel(request('new'));
    await lib.transact(() => ({
      commit: [{ staged, entry: 1 }],
      entries: { [kept.id]: 2, [staged.id]: 3, [gone.id]: 4, never: 5 },
      remove: [gone.id, 'never'],
      settings: { factor: 1, old: undefined, never: undefined },
    }));
    const expected: LibraryChange[] = [
      { what: 'model', id: staged.id },
      { what: 'model', id: kept.id },
      { what: 'imageset', id: gone.id },
      { what: 'result', id: kept.id },
      { what: 'setting', id: 'factor' },
      { what: 'setting', id: 'old' },
    ];
    await vi.waitFor(() => expect(seen).toHaveLength(expected.length));
    expect(seen).toEqual(expect.arrayContaining(expected));
    expect(own).toEqual([]);
  });
});

describe('reading all records', () => {
  it('loads no manifest of an item that has an entry', async () => {
    await commitOne('a');
    await addModel(lib, request('b'));
    const get = vi.spyOn(IDBObjectStore.prototype, 'get');
    const getAll = vi.spyOn(IDBObjectStore.prototype, 'getAll');
    expect((await lib.read()).items).toHaveLength(2);
    expect(get).not.toHaveBeenCalled();
    const ranges = getAll.mock.calls.map(([range]) => (range as IDBKeyRange).lower);
    expect(ranges).toEqual([['entry'], ['setting']]);
  });
});
