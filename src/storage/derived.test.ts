import { createStore, get, set } from 'idb-keyval';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { StorageError } from '../errors';
import { openLibrary } from './library';
import { allKeys, failPut, freshStoreName, makeFiles } from './test-support';
import { addModel, listItems, removeItem, setSetting } from './testing';
import type { Library } from './types';

const opened: Library[] = [];

/** A library whose clock goes on with every look at it; ten bytes may be derived. */
function library(storeName = freshStoreName()): Library {
  let time = 0;
  const made = openLibrary({ storeName, partSize: 10, derivedLimit: 10, now: () => ++time });
  opened.push(made);
  return made;
}

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(opened.splice(0).map((made) => made.close()));
});

async function model(lib: Library, name = 'clip'): Promise<string> {
  const { id } = await addModel(lib, { name, files: makeFiles({ a: 25 }), facts: null });
  return id;
}

const bytes = (...values: number[]) => Uint8Array.from(values);

/** Which of these names are still kept; asking for them is no use of them. */
async function kept(storeName: string): Promise<string[]> {
  const keys = await allKeys(storeName);
  return keys.flatMap((key) =>
    Array.isArray(key) && key[0] === 'derived' ? [String(key[2])] : [],
  );
}

describe('what is derived from an item', () => {
  it('comes back, after a reload too, and can be replaced', async () => {
    const storeName = freshStoreName();
    const before = library(storeName);
    const id = await model(before);
    expect(await before.getDerived(id, 'head')).toBeUndefined();
    await before.putDerived(id, 'head', bytes(1, 2, 3));
    await before.putDerived(id, 'other', bytes(4));
    await before.close();
    const after = library(storeName);
    expect(await after.getDerived(id, 'head')).toEqual(bytes(1, 2, 3));
    await after.putDerived(id, 'head', bytes(5));
    expect(await after.getDerived(id, 'head')).toEqual(bytes(5));
    expect(await after.getDerived(id, 'other')).toEqual(bytes(4));
  });

  it('goes with the item, and is not kept for one that is gone', async () => {
    const storeName = freshStoreName();
    const lib = library(storeName);
    const empty = await allKeys(storeName);
    const id = await model(lib);
    await lib.putDerived(id, 'head', bytes(1));
    await removeItem(lib, id);
    expect(await allKeys(storeName)).toEqual(empty);
    await lib.putDerived(id, 'head', bytes(1));
    expect(await allKeys(storeName)).toEqual(empty);
  });

  it('is swept away where the item went without it', async () => {
    const storeName = freshStoreName();
    const lib = library(storeName);
    const id = await model(lib);
    await lib.putDerived(id, 'head', bytes(1));
    const before = await allKeys(storeName);
    const raw = createStore(storeName, 'library');
    await set(['derived', 'nobody', 'head'], bytes(1), raw);
    await set(['derived-use', 'nobody', 'head'], { size: 1, usedAt: 1 }, raw);
    expect(await lib.recover()).toMatchObject({ orphans: 2 });
    expect(await allKeys(storeName)).toEqual(before);
  });

  it('makes room in the order of its last use', async () => {
    const storeName = freshStoreName();
    const lib = library(storeName);
    const [one, two] = [await model(lib, 'one'), await model(lib, 'two')];
    await lib.putDerived(one, 'a', bytes(1, 1, 1));
    await lib.putDerived(two, 'b', bytes(2, 2, 2));
    await lib.putDerived(one, 'c', bytes(3, 3, 3));
    await lib.getDerived(one, 'a');
    expect(await kept(storeName)).toHaveLength(3);
    await lib.putDerived(two, 'd', bytes(4, 4));
    expect((await kept(storeName)).sort()).toEqual(['a', 'c', 'd']);
    await lib.putDerived(two, 'e', bytes(5, 5, 5, 5, 5));
    expect((await kept(storeName)).sort()).toEqual(['a', 'd', 'e']);
    // It takes the place of its former self, and of nothing else.
    await lib.putDerived(two, 'd', bytes(6, 6));
    expect((await kept(storeName)).sort()).toEqual(['a', 'd', 'e']);
  });

  it('is not kept where it alone is too much, and drives nothing out', async () => {
    const storeName = freshStoreName();
    const lib = library(storeName);
    const id = await model(lib);
    await lib.putDerived(id, 'small', bytes(1));
    await lib.putDerived(id, 'large', new Uint8Array(11));
    expect(await kept(storeName)).toEqual(['small']);
    await lib.putDerived(id, 'full', new Uint8Array(10));
    expect(await kept(storeName)).toEqual(['full']);
  });

  it.each([1, 2])('leaves everything as it was where put %i fails', async (n) => {
    const storeName = freshStoreName();
    const lib = library(storeName);
    const id = await model(lib);
    await lib.putDerived(id, 'old', new Uint8Array(10));
    const before = await allKeys(storeName);
    const { revive } = failPut(n, 'full', 'QuotaExceededError');
    await expect(lib.putDerived(id, 'new', bytes(1))).rejects.toThrow(StorageError);
    revive();
    expect(await allKeys(storeName)).toEqual(before);
    expect(await lib.getDerived(id, 'old')).toEqual(new Uint8Array(10));
  });

  it('is read from a disk that is too full to note that it was used', async () => {
    const lib = library();
    const id = await model(lib);
    await lib.putDerived(id, 'head', bytes(1));
    const { revive } = failPut(1, 'full', 'QuotaExceededError');
    expect(await lib.getDerived(id, 'head')).toEqual(bytes(1));
    revive();
  });

  it('is nothing where the record is not bytes', async () => {
    const storeName = freshStoreName();
    const lib = library(storeName);
    const id = await model(lib);
    const raw = createStore(storeName, 'library');
    for (const foreign of ['text', { size: 3 }, [1, 2], null, new Float32Array(3)]) {
      await set(['derived', id, 'head'], foreign, raw);
      expect(await lib.getDerived(id, 'head')).toBeUndefined();
    }
    // What was never put has no use to note.
    expect(await get(['derived-use', id, 'head'], raw)).toBeUndefined();
  });

  it('counts neither as a model’s size nor as held, nor is it announced', async () => {
    const storeName = freshStoreName();
    const [lib, other] = [library(storeName), library(storeName)];
    const changes: string[] = [];
    other.onChange(({ what }) => changes.push(what));
    const id = await model(lib);
    await lib.putDerived(id, 'head', bytes(1, 2));
    expect((await lib.usage()).held).toBe(25);
    expect((await listItems(lib, 'checkpoint'))[0]?.size).toBe(25);
    await setSetting(lib, 'last', 1);
    await vi.waitFor(() => expect(changes).toEqual(['model', 'setting']));
  });
});
