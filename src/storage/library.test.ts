import { afterEach, describe, expect, it, vi } from 'vitest';
import { partOf } from '../checkpoint/byte-source';
import { StorageError } from '../errors';
import { openLibrary } from './library';
import {
  allKeys,
  contentOf,
  estimateOf,
  freshStoreName,
  makeFiles,
  seededRandom,
  stubNavigator,
} from './test-support';
import { addImageSet, addModel, listItems, removeItem, setSetting } from './testing';
import type { Library, LibraryChange } from './types';

const opened: Library[] = [];
function library(storeName = freshStoreName(), partSize = 10): Library {
  const made = openLibrary({ storeName, partSize });
  opened.push(made);
  return made;
}

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  await Promise.all(opened.splice(0).map((made) => made.close()));
});

describe('the library', () => {
  it('gives a model back file by file, in order, with names, types and bytes', async () => {
    const lib = library();
    const files = [
      { name: 'config.json', blob: new Blob(['{"a":1}'], { type: 'application/json' }) },
      ...makeFiles({ 'empty.txt': 0, 'model.safetensors': 47, 'tokenizer.json': 10 }),
    ];
    const { id } = await addModel(lib, { name: 'clip', files, facts: { width: 768 } });
    const back = await lib.openModel(id);
    expect(await contentOf(back)).toEqual(await contentOf(files));
    expect(back[0]?.blob.type).toBe('application/json');
  });

  it('takes bytes that are no Blob as well, across parts and beside Blobs', async () => {
    const lib = library();
    const [first, second, third] = makeFiles({ 'a.png': 7, 'b.png': 23, 'c.png': 4 });
    const files = [first, second, third].flatMap((file) => file ?? []);
    const given = await Promise.all(
      files.map(async ({ name, blob }, i) => {
        if (i === 2) return { name, blob };
        const bytes = new Uint8Array(await blob.arrayBuffer());
        const read = async (begin: number, into: Uint8Array) => {
          into.set(bytes.subarray(begin, begin + into.length));
          return into.length;
        };
        return { name, blob: partOf(read, 0, bytes.length) };
      }),
    );
    const { id } = await addImageSet(lib, { name: 'pictures', files: given, facts: null });
    expect(await contentOf(await lib.openImageSet(id))).toEqual(await contentOf(files));
  });

  it('survives a reload', async () => {
    const storeName = freshStoreName();
    const files = makeFiles({ 'model.safetensors': 33 });
    const before = library(storeName);
    const item = await addModel(before, { name: 'clip', files, facts: { n: 1 } });
    await before.close();
    const after = library(storeName);
    expect(await listItems(after, 'checkpoint')).toEqual([item]);
    expect(await contentOf(await after.openModel(item.id))).toEqual(await contentOf(files));
  });

  it('packs files of any sizes into parts of any size and finds every one again', async () => {
    const random = seededRandom(7);
    for (let round = 0; round < 40; round += 1) {
      const storeName = freshStoreName();
      const partSize = 1 + random(20);
      const lib = library(storeName, partSize);
      const sizes = Array.from({ length: random(12) }, (_, i) => [`f${i}`, random(45)] as const);
      const files = makeFiles(Object.fromEntries(sizes), round);
      const { id, size } = await addImageSet(lib, { name: 'set', files, facts: null });
      expect(await contentOf(await lib.openImageSet(id))).toEqual(await contentOf(files));
      const parts = (await allKeys(storeName)).filter(
        (key) => Array.isArray(key) && key[0] === 'part',
      );
      expect(parts).toHaveLength(Math.ceil(size / partSize));
    }
  });

  it('keeps thousands of small pictures in a handful of records, in their order', async () => {
    const storeName = freshStoreName();
    const lib = library(storeName, 4096);
    const sizes = Array.from(
      { length: 2000 },
      (_, i) => [`dog/${(i * 7919) % 2000}.png`, 3] as const,
    );
    const files = makeFiles(Object.fromEntries(sizes));
    const { id, fileCount } = await addImageSet(lib, { name: 'pets', files, facts: null });
    expect(fileCount).toBe(2000);
    // Two parts, the table of files, the manifest, the entry.
    expect(await allKeys(storeName)).toHaveLength(5);
    const back = await lib.openImageSet(id);
    expect(back.map(({ name }) => name)).toEqual(files.map(({ name }) => name));
    expect(await contentOf(back.slice(1360, 1370))).toEqual(
      await contentOf(files.slice(1360, 1370)),
    );
  });

  it('lists models and image sets apart, in order of import', async () => {
    let time = 5000;
    const lib = openLibrary({ storeName: freshStoreName(), now: () => ++time });
    opened.push(lib);
    const files = makeFiles({ a: 3 });
    for (const name of ['zebra', 'apple', 'mango']) {
      await addModel(lib, { name, files, facts: null });
    }
    await addImageSet(lib, { name: 'pets', files, facts: null });
    expect((await listItems(lib, 'checkpoint')).map(({ name }) => name)).toEqual([
      'zebra',
      'apple',
      'mango',
    ]);
    expect((await listItems(lib, 'imageset')).map(({ name }) => name)).toEqual(['pets']);
  });

  it('never reads a byte of what it stores or opens', async () => {
    const reads = (['arrayBuffer', 'stream', 'text'] as const).map((method) =>
      vi.spyOn(Blob.prototype, method),
    );
    const lib = library();
    const files = makeFiles({ a: 35, b: 4, c: 18 });
    const { id } = await addModel(lib, { name: 'clip', files, facts: null });
    await lib.openModel(id);
    for (const read of reads) expect(read).not.toHaveBeenCalled();
  });

  it('frees everything that a removed item held, and nothing else', async () => {
    const storeName = freshStoreName();
    const lib = library(storeName);
    const files = makeFiles({ a: 35, b: 4 });
    const kept = await addModel(lib, { name: 'kept', files, facts: null });
    const keysBefore = await allKeys(storeName);
    const model = await addModel(lib, { name: 'gone', files, facts: null });
    const images = await addImageSet(lib, { name: 'gone', files, facts: null });
    await removeItem(lib, model.id);
    await removeItem(lib, images.id);
    await removeItem(lib, 'never-there');
    expect(await allKeys(storeName)).toEqual(keysBefore);
    expect(await contentOf(await lib.openModel(kept.id))).toEqual(await contentOf(files));
  });

  it('says what to do when an item is gone or damaged', async () => {
    const storeName = freshStoreName();
    const lib = library(storeName);
    await expect(lib.openModel('nothing')).rejects.toThrowErrorMatchingInlineSnapshot(
      `[StorageError: This item is no longer in the library: it was removed, perhaps in another tab. Add it again.]`,
    );
    await expect(lib.setFacts('nothing', 1)).rejects.toThrow(StorageError);
    const { id } = await addModel(lib, {
      name: 'clip',
      files: makeFiles({ a: 35 }),
      facts: null,
    });
    const { createStore, del } = await import('idb-keyval');
    await del(['part', id, 2], createStore(storeName, 'library'));
    await expect(lib.openModel(id)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[StorageError: clip is damaged in the library: the browser lost 1 of its 4 parts. Remove it and add it again.]`,
    );
  });

  it('replaces facts, and computes them from the present ones without losing a writer', async () => {
    const lib = library();
    const { id } = await addModel(lib, { name: 'clip', files: makeFiles({ a: 1 }), facts: [] });
    const append = (word: string) =>
      lib.setFacts(id, (facts) => (Array.isArray(facts) ? [...facts, word] : [word]));
    await Promise.all(['a', 'b', 'c'].map(append));
    expect((await listItems(lib, 'checkpoint'))[0]?.facts).toEqual(['a', 'b', 'c']);
    await lib.setFacts(id, { sha256: 'ff' });
    expect((await listItems(lib, 'checkpoint'))[0]?.facts).toEqual({ sha256: 'ff' });
  });

  it('keeps settings apart from everything else', async () => {
    const lib = library();
    expect((await lib.read()).settings.pool).toBeUndefined();
    await setSetting(lib, 'pool', { lambda: 0.7, order: ['a', 'b'] });
    await setSetting(lib, 'tasks', []);
    await setSetting(lib, 'pool', { lambda: -1, order: [] });
    expect((await lib.read()).settings.pool).toEqual({ lambda: -1, order: [] });
    await setSetting(lib, 'pool', undefined);
    expect((await lib.read()).settings.pool).toBeUndefined();
    expect((await lib.read()).settings.tasks).toEqual([]);
    expect(await lib.recover()).toEqual({
      unfinished: [],
      orphans: 0,
      damaged: [],
      scratchFiles: 0,
    });
    expect((await lib.read()).settings.tasks).toEqual([]);
  });

  it('tells how much is used, held and available', async () => {
    const lib = library();
    await addModel(lib, { name: 'clip', files: makeFiles({ a: 30, b: 5 }), facts: null });
    await addImageSet(lib, { name: 'pets', files: makeFiles({ a: 7 }), facts: null });
    expect(await lib.usage()).toEqual({
      used: 42,
      held: 42,
      inMemory: false,
      quota: null,
      available: null,
      persisted: false,
    });
    stubNavigator({ storage: estimateOf(1000, 5000) });
    expect(await lib.usage()).toEqual({
      used: 1000,
      held: 42,
      inMemory: false,
      quota: 5000,
      available: 4000,
      persisted: true,
    });
  });

  it('reopens a connection that the browser has closed', async () => {
    const lib = library();
    await setSetting(lib, 'pool', 1);
    const close = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementationOnce(() => {
      throw new DOMException('The database connection is closing.', 'InvalidStateError');
    });
    expect((await lib.read()).settings.pool).toBe(1);
    expect(close).toHaveBeenCalledTimes(2);
  });

  it('says so when the store cannot be opened, and recovers when it can again', async () => {
    const lib = library();
    const open = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('Denied.', 'SecurityError');
    });
    await expect(listItems(lib, 'checkpoint')).rejects.toThrowErrorMatchingInlineSnapshot(
      `[StorageError: Reading the library did not work: the browser's storage failed (SecurityError). Reload the page; a private window, blocked site data or a full disk can be the reason.]`,
    );
    open.mockRestore();
    expect(await listItems(lib, 'checkpoint')).toEqual([]);
  });
});

describe('two libraries on one store', () => {
  it('import side by side and see each other', async () => {
    const storeName = freshStoreName();
    const [one, two] = [library(storeName, 7), library(storeName, 11)];
    const [a, b] = [makeFiles({ a: 60 }, 1), makeFiles({ b: 60 }, 2)];
    const [first, second] = await Promise.all([
      addModel(one, { name: 'a', files: a, facts: null }),
      addModel(two, { name: 'b', files: b, facts: null }),
    ]);
    expect(await listItems(one, 'checkpoint')).toEqual(await listItems(two, 'checkpoint'));
    expect(await contentOf(await two.openModel(first.id))).toEqual(await contentOf(a));
    expect(await contentOf(await one.openModel(second.id))).toEqual(await contentOf(b));
    await removeItem(two, first.id);
    expect((await listItems(one, 'checkpoint')).map(({ id }) => id)).toEqual([second.id]);
  });

  it('tell each other, and not themselves, what changed', async () => {
    const storeName = freshStoreName();
    const [one, two] = [library(storeName), library(storeName)];
    const own: LibraryChange[] = [];
    const seen: LibraryChange[] = [];
    one.onChange((change) => own.push(change));
    const stop = two.onChange((change) => seen.push(change));
    const files = makeFiles({ a: 3 });
    const { id: model } = await addModel(one, { name: 'a', files, facts: null });
    const { id: images } = await addImageSet(one, { name: 'b', files, facts: null });
    await one.setFacts(images, 1);
    await setSetting(one, 'pool', 1);
    await removeItem(one, model);
    const expected: LibraryChange[] = [
      { what: 'model', id: model },
      { what: 'imageset', id: images },
      { what: 'imageset', id: images },
      { what: 'setting', id: 'pool' },
      { what: 'model', id: model },
    ];
    await vi.waitFor(() => expect(seen).toEqual(expected));
    expect(own).toEqual([]);
    stop();
    const later: LibraryChange[] = [];
    two.onChange((change) => later.push(change));
    await setSetting(one, 'pool', 2);
    await vi.waitFor(() => expect(later).toHaveLength(1));
    expect(seen).toEqual(expected);
  });
});
