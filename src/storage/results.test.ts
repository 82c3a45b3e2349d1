import { set } from 'idb-keyval';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { StorageError } from '../errors';
import { openLibrary } from './library';
import { allKeys, allRecords, failPut, freshStoreName, makeFiles, rawStore } from './test-support';
import { addModel, removeItem, setSetting } from './testing';
import type { Library, LibraryChange } from './types';

const opened: Library[] = [];

/** A library whose clock goes on with every look at it; results may have ten bytes. */
function library(storeName = freshStoreName()): Library {
  let time = 0;
  const made = openLibrary({ storeName, partSize: 10, resultsLimit: 10, now: () => ++time });
  opened.push(made);
  return made;
}

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(opened.splice(0).map((made) => made.close()));
});

const model = async (lib: Library): Promise<string> =>
  (await addModel(lib, { name: 'clip', files: makeFiles({ a: 25 }), facts: null })).id;

const result = (owner: string, name: string, bytes = 1, items = [owner]) => ({
  owner,
  name,
  items,
  bytes,
  value: { name },
});

const namesOf = async (lib: Library, owner: string): Promise<string[]> =>
  (await lib.getResults(owner)).map(({ name }) => name);

const resultKeys = async (storeName: string) =>
  (await allKeys(storeName)).filter(
    (key) => Array.isArray(key) && String(key[0]).includes('result'),
  );

describe('results', () => {
  it('come back with their names, after a reload too, and can be replaced', async () => {
    const storeName = freshStoreName();
    const lib = library(storeName);
    const [one, two] = [await model(lib), await model(lib)];
    const value = { correct: Uint8Array.from([1, 0, 1]), at: new Map([[0.3, 2]]) };
    await lib.putResults([
      { owner: one, name: 'b', items: [one, two], bytes: 3, value },
      { owner: one, name: 'a', items: [one], bytes: 1, value: 7 },
      { owner: two, name: 'a', items: [two], bytes: 1, value: undefined },
    ]);
    await lib.close();
    const after = library(storeName);
    expect(await after.getResults(one)).toEqual([
      { name: 'a', value: 7 },
      { name: 'b', value },
    ]);
    expect(await after.getResults(two)).toEqual([{ name: 'a', value: undefined }]);
    expect(await after.getResults('nobody')).toEqual([]);
    await after.putResults([result(one, 'a'), result(one, 'c'), { ...result(one, 'c'), value: 2 }]);
    expect(await after.getResults(one)).toEqual([
      { name: 'a', value: { name: 'a' } },
      { name: 'b', value },
      { name: 'c', value: 2 },
    ]);
  });

  it('stay where another tab has kept them and is farther', async () => {
    const storeName = freshStoreName();
    const lib = library(storeName);
    const id = await model(lib);
    const reached = (reach: number) => ({ ...result(id, 'a'), reach, value: reach });
    await lib.putResults([reached(2)]);
    const other = library(storeName);
    await other.putResults([reached(1), result(id, 'b')]);
    expect(await lib.getResults(id)).toEqual([
      { name: 'a', value: 2 },
      { name: 'b', value: { name: 'b' } },
    ]);
    await other.putResults([{ ...reached(2), value: 'anew' }]);
    expect((await lib.getResults(id))[0]).toEqual({ name: 'a', value: 'anew' });
    await other.putResults([reached(3)]);
    expect((await lib.getResults(id))[0]).toEqual({ name: 'a', value: 3 });
  });

  it('are ignored where any of their items is not in the library', async () => {
    const storeName = freshStoreName();
    const lib = library(storeName);
    const id = await model(lib);
    const staged = await lib.stageModel({ name: 'staged', files: [], facts: null });
    await lib.putResults([
      result(id, 'good'),
      result(id, 'other gone', 1, [id, 'gone']),
      result(id, 'other staged', 1, [id, staged.id]),
      result('gone', 'owner gone', 1, ['gone']),
      result('gone', 'owner unsaid', 1, [id]),
    ]);
    expect(await namesOf(lib, id)).toEqual(['good']);
    expect(await resultKeys(storeName)).toHaveLength(2);
  });

  it('go with the first of their items that goes, in its transaction', async () => {
    const storeName = freshStoreName();
    const lib = library(storeName);
    const [owner, other, third] = [await model(lib), await model(lib), await model(lib)];
    await lib.putResults([
      result(owner, 'with other', 1, [other, owner]),
      result(owner, 'alone'),
      result(third, 'with owner', 1, [third, owner]),
    ]);
    await removeItem(lib, other);
    expect(await namesOf(lib, owner)).toEqual(['alone']);
    expect(await namesOf(lib, third)).toEqual(['with owner']);
    await removeItem(lib, owner);
    expect(await resultKeys(storeName)).toEqual([]);
  });

  it('make room in the order of their last use', async () => {
    const lib = library();
    const [one, two] = [await model(lib), await model(lib)];
    await lib.putResults([result(one, 'a', 4)]);
    await lib.putResults([result(two, 'b', 3)]);
    await lib.putResults([result(one, 'c', 3)]);
    // Asking is no use.
    await lib.getResults(two);
    await lib.touchResults(one, ['a', 'never there']);
    await lib.putResults([result(two, 'd', 2)]);
    expect([await namesOf(lib, one), await namesOf(lib, two)]).toEqual([['a', 'c'], ['d']]);
    await lib.putResults([result(two, 'e', 4)]);
    expect([await namesOf(lib, one), await namesOf(lib, two)]).toEqual([['a'], ['d', 'e']]);
    // It takes the place of its former self, and of nothing else.
    await lib.putResults([result(two, 'e', 4)]);
    expect([await namesOf(lib, one), await namesOf(lib, two)]).toEqual([['a'], ['d', 'e']]);
  });

  it('that are too much together are kept from the last, and those too much alone not', async () => {
    const lib = library();
    const id = await model(lib);
    await lib.putResults([result(id, 'old')]);
    await lib.putResults([result(id, 'huge', 11)]);
    expect(await namesOf(lib, id)).toEqual(['old']);
    await lib.putResults([result(id, 'x', 6), result(id, 'huge', 11), result(id, 'y', 6)]);
    expect(await namesOf(lib, id)).toEqual(['y']);
  });

  it('take nothing of the room of what is derived', async () => {
    const lib = library();
    const id = await model(lib);
    await lib.putDerived(id, 'head', new Uint8Array(8));
    await lib.putResults([result(id, 'a', 10)]);
    expect(await lib.getDerived(id, 'head')).toEqual(new Uint8Array(8));
    expect(await namesOf(lib, id)).toEqual(['a']);
  });

  it('leave everything as it was where one of them cannot be stored', async () => {
    const storeName = freshStoreName();
    const lib = library(storeName);
    const id = await model(lib);
    await lib.putResults([result(id, 'old', 10)]);
    const before = await allRecords(storeName);
    const uncloneable = { ...result(id, 'new'), value: () => 1 };
    await expect(lib.putResults([result(id, 'first'), uncloneable])).rejects.toThrow(StorageError);
    expect(await allRecords(storeName)).toEqual(before);
    failPut(1, 'full', 'QuotaExceededError');
    await expect(lib.touchResults(id, ['old'])).rejects.toThrow(
      "Noting the use of results did not work: the browser's storage is full",
    );
  });

  it('are announced by their owners, where any were kept', async () => {
    const storeName = freshStoreName();
    const [lib, other] = [library(storeName), library(storeName)];
    const [one, two] = [await model(lib), await model(lib)];
    const seen: LibraryChange[] = [];
    other.onChange((change) => seen.push(change));
    await lib.putResults([result(one, 'a'), result(two, 'a'), result(one, 'b')]);
    await lib.putResults([result('gone', 'a'), result(one, 'huge', 11)]);
    await lib.touchResults(one, ['a']);
    await setSetting(lib, 'last', 1);
    const expected: LibraryChange[] = [
      { what: 'result', id: one },
      { what: 'result', id: two },
      { what: 'setting', id: 'last' },
    ];
    await vi.waitFor(() => expect(seen).toHaveLength(expected.length));
    expect(seen).toEqual(expect.arrayContaining(expected));
  });

  it('count neither as an item’s size nor as held', async () => {
    const lib = library();
    const id = await model(lib);
    await lib.putResults([result(id, 'a', 5)]);
    expect((await lib.usage()).held).toBe(25);
  });

  it('of a later version of the program are neither read, replaced nor counted', async () => {
    const storeName = freshStoreName();
    const lib = library(storeName);
    const id = await model(lib);
    const raw = rawStore(storeName);
    await set(['result', id, 'theirs'], 'later', raw);
    await set(['result-use', id, 'theirs'], { schema: 2, bytes: 'many' }, raw);
    const before = await allRecords(storeName);
    expect(await lib.getResults(id)).toEqual([]);
    await lib.putResults([result(id, 'theirs'), result(id, 'huge', 11)]);
    await lib.touchResults(id, ['theirs']);
    expect(await lib.recover()).toMatchObject({ orphans: 0, damaged: [] });
    expect(await allRecords(storeName)).toEqual(before);
    await removeItem(lib, id);
    expect(await resultKeys(storeName)).toEqual([]);
  });

  it('that lost an item or cannot be understood are swept away', async () => {
    const storeName = freshStoreName();
    const lib = library(storeName);
    const id = await model(lib);
    await lib.putResults([result(id, 'good')]);
    const before = await allRecords(storeName);
    const raw = rawStore(storeName);
    const use = { schema: 1, size: 1, usedAt: 1, others: [] };
    await set(['result', 'nobody', 'x'], 1, raw);
    await set(['result-use', 'nobody', 'x'], use, raw);
    await set(['result', id, 'other lost'], 1, raw);
    await set(['result-use', id, 'other lost'], { ...use, others: ['nobody'] }, raw);
    await set(['result', id, 'no use'], 1, raw);
    await set(['result-use', id, 'damaged'], { ...use, size: 'many' }, raw);
    await lib.putResults([]);
    expect(await namesOf(lib, id)).toEqual(['good', 'other lost']);
    expect(await lib.recover()).toMatchObject({ orphans: 6, damaged: [] });
    expect(await allRecords(storeName)).toEqual(before);
  });
});
