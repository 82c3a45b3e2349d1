/** What the library does with records that it cannot understand: of older and later versions, and damaged ones. */
import { set } from 'idb-keyval';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLibrary } from './library';
import {
  allKeys,
  allRecords,
  contentOf,
  freshStoreName,
  makeFiles,
  rawStore,
} from './test-support';
import { addModel, removeItem } from './testing';
import type { Library, LibraryChange } from './types';

let storeName: string;
let lib: Library;

beforeEach(() => {
  storeName = freshStoreName();
  lib = openLibrary({ storeName, partSize: 10, now: () => 5000 });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await lib.close();
});

const put = (key: IDBValidKey, value: unknown) => set(key, value, rawStore(storeName));
const files = () => makeFiles({ a: 12 });
const model = async (name = 'clip') =>
  (await addModel(lib, { name, files: files(), facts: null })).id;

/** An item as it was stored before there were entries. */
async function putOldItem(id: string, importedAt: number): Promise<void> {
  const [file] = files();
  await put(['part', id, 0], file?.blob.slice(0, 10));
  await put(['part', id, 1], file?.blob.slice(10));
  await put(['files', id], [{ name: 'a', type: '', offset: 0, size: 12 }]);
  await put(['checkpoint', id], {
    schema: 1,
    name: `old ${id}`,
    size: 12,
    partSize: 10,
    fileCount: 1,
    importedAt,
    facts: { width: 768 },
  });
}

describe('what an older version of the program stored', () => {
  it('is listed without an entry, in order of import, opens, and can be given an entry', async () => {
    const id = await model();
    await putOldItem('x', 6000);
    await putOldItem('w', 4000);
    const old = { kind: 'checkpoint', entry: undefined };
    expect((await lib.read()).items).toEqual([
      { ...old, id: 'w' },
      { ...old, id, entry: { shown: 'clip' } },
      { ...old, id: 'x' },
    ]);
    expect(await lib.getItem('w')).toMatchObject({ name: 'old w', facts: { width: 768 } });
    expect(await contentOf(await lib.openModel('w'))).toEqual(await contentOf(files()));
    expect(await lib.recover()).toMatchObject({ orphans: 0, damaged: [] });

    const { items } = await lib.transact(() => ({ entries: { x: 1, w: 2 } }));
    expect(items.map((item) => item.id)).toEqual(['w', id, 'x']);
    expect(items.map((item) => item.entry)).toEqual([2, { shown: 'clip' }, 1]);
  });

  it('goes whole when it is removed', async () => {
    await putOldItem('w', 4000);
    await removeItem(lib, 'w');
    expect(await allKeys(storeName)).toEqual([]);
  });

  it('is recovered from', async () => {
    await put(['job', 'dead'], { name: 'half a model', touchedAt: 5001 - 3600_000 });
    await put(['part', 'dead', 0], new Blob(['x']));
    expect(await lib.recover()).toMatchObject({ unfinished: [], orphans: 0 });
    await put(['job', 'dead'], { name: 'half a model', touchedAt: 5000 - 3600_000 });
    expect(await lib.recover()).toMatchObject({ unfinished: ['half a model'], damaged: [] });
    expect(await allKeys(storeName)).toEqual([]);
  });

  it('is still there where it was derived', async () => {
    const id = await model();
    await put(['derived', id, 'head'], Uint8Array.from([1]));
    await put(['derived-use', id, 'head'], { size: 1, usedAt: 1 });
    expect(await lib.recover()).toMatchObject({ orphans: 0 });
    expect(await lib.getDerived(id, 'head')).toEqual(Uint8Array.from([1]));
  });
});

describe('what a later version of the program stored', () => {
  it('is neither shown nor touched', async () => {
    await put(['checkpoint', 'bare'], { schema: 2 });
    await put(['part', 'bare', 0], new Blob(['x']));
    await put(['imageset', 'entered'], { schema: 2, name: 'pets' });
    await put(['entry', 'entered'], { schema: 2, entry: 1 });
    await putOldItem('mixed', 4000);
    await put(['entry', 'mixed'], { schema: 2, entry: 1 });
    await put(['derived', 'mixed', 'head'], Uint8Array.from([1]));
    await put(['derived-use', 'mixed', 'head'], { schema: 2 });
    await put(['job', 'running'], { schema: 2, name: 'theirs' });
    await put(['part', 'running', 0], new Blob(['x']));
    const before = await allRecords(storeName);
    expect(await lib.recover()).toMatchObject({ unfinished: [], orphans: 0, damaged: [] });
    expect((await lib.read()).items).toEqual([]);
    await lib.transact(() => ({
      entries: { bare: 1, entered: 1, mixed: 1 },
      remove: ['bare', 'entered', 'mixed', 'running'],
    }));
    await expect(lib.setFacts('entered', 1)).rejects.toThrow('a later version');
    expect(await lib.getDerived('mixed', 'head')).toBeUndefined();
    expect(await allRecords(storeName)).toEqual(before);
    await expect(lib.getItem('entered')).rejects.toThrowErrorMatchingInlineSnapshot(
      `[StorageError: pets was added with a later version of this page. Reload the page to use it.]`,
    );
    await expect(lib.openModel('bare')).rejects.toThrow(/^bare was added with a later version/);
  });
});

describe('a damaged record', () => {
  it('of an item is reported by its name, and the item can be removed', async () => {
    const id = await model();
    const sound = await model('sound');
    await put(['checkpoint', id], { schema: 1, name: 'clip', size: -1 });
    expect(await lib.recover()).toMatchObject({ orphans: 0, damaged: ['clip'] });
    expect((await lib.read()).items.map((item) => item.id)).toEqual([id, sound]);
    await expect(lib.getItem(id)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[StorageError: clip is damaged in the library: its record cannot be read. Remove it and add it again.]`,
    );
    await expect(lib.openModel(id)).rejects.toThrow('clip is damaged');
    expect((await lib.usage()).held).toBe(12);
    await removeItem(lib, id);
    expect(await lib.recover()).toMatchObject({ damaged: [] });
    expect(JSON.stringify(await allKeys(storeName))).not.toContain(id);
  });

  it('of an item without entry and name is reported by its id, and can be removed', async () => {
    await put(['imageset', 'broken'], 'rubbish');
    expect(await lib.recover()).toMatchObject({ damaged: ['broken'] });
    expect((await lib.read()).items).toEqual([
      { id: 'broken', kind: 'imageset', entry: undefined },
    ]);
    await removeItem(lib, 'broken');
    expect(await allKeys(storeName)).toEqual([]);
  });

  it.each([
    ['missing', { schema: 1, importedAt: 1 }],
    ['no JSON', { schema: 1, importedAt: 1, entry: new Map() }],
    ['without a version', { importedAt: 1, entry: 1 }],
    ['without a place', { schema: 1, entry: 1 }],
  ])('of an entry (%s) is reported, and the item stays, without one', async (_, entry) => {
    const id = await model();
    await put(['entry', id], entry);
    expect(await lib.recover()).toMatchObject({ orphans: 0, damaged: ['clip'] });
    expect((await lib.read()).items).toEqual([{ id, kind: 'checkpoint', entry: undefined }]);
    await lib.transact(() => ({ entries: { [id]: 'again' } }));
    expect(await lib.recover()).toMatchObject({ damaged: [] });
    expect((await lib.read()).items).toEqual([{ id, kind: 'checkpoint', entry: 'again' }]);
  });

  it('of a file table or of a part is said when the item is opened', async () => {
    const id = await model();
    await put(['files', id], [{ name: 'a', type: '', offset: -3, size: 12 }]);
    await expect(lib.openModel(id)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[StorageError: clip is damaged in the library: the list of its files cannot be read. Remove it and add it again.]`,
    );
    await put(['part', id, 0], 'ten letters');
    await expect(lib.openModel(id)).rejects.toThrow('the browser lost 1 of its 2 parts');
  });

  it('of a job is a dead import', async () => {
    await put(['job', 'dead'], { name: 'half a model', touchedAt: 'yesterday' });
    await put(['job', 'nameless'], 7);
    await put(['part', 'dead', 0], new Blob(['x']));
    expect(await lib.recover()).toMatchObject({
      unfinished: [],
      damaged: ['half a model', 'nameless'],
    });
    expect(await allKeys(storeName)).toEqual([]);
  });

  it('of a setting is reported and left out', async () => {
    await put(['setting', 'good'], [null, true, 1, 'a', { b: undefined }]);
    await put(['setting', 'bad'], { at: new Date(0) });
    await put(['setting', 'big'], [1n]);
    expect(await lib.recover()).toMatchObject({ damaged: ['bad', 'big'] });
    expect((await lib.read()).settings).toEqual({ good: [null, true, 1, 'a', {}] });
  });

  it('of an entry whose item is gone is an orphan', async () => {
    await put(['entry', 'nobody'], { schema: 1, importedAt: 1, entry: 1 });
    expect((await lib.read()).items).toEqual([]);
    expect(await lib.recover()).toMatchObject({ orphans: 1, damaged: [] });
    expect(await allKeys(storeName)).toEqual([]);
  });
});

describe('what another tab tells', () => {
  it('is passed on only where it can be understood', async () => {
    const seen: LibraryChange[] = [];
    lib.onChange((change) => seen.push(change));
    const channel = new BroadcastChannel(storeName);
    for (const message of [{ what: 'model' }, { what: 'weather', id: 'x' }, 'model', null]) {
      channel.postMessage(message);
    }
    channel.postMessage({ what: 'result', id: 'x' });
    await vi.waitFor(() => expect(seen).toEqual([{ what: 'result', id: 'x' }]));
    channel.close();
  });
});
