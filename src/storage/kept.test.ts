import { afterEach, describe, expect, it, vi } from 'vitest';
import { openLibrary } from './library';
import {
  allKeys,
  estimateOf,
  fakeDisk,
  fakeLocks,
  freshStoreName,
  makeFiles,
  stubNavigator,
} from './test-support';
import { addModel, removeItem } from './testing';
import type { KeptRequest, Library } from './types';

const opened: Library[] = [];

/** A library whose clock goes on with every look at it; a hundred bytes may be kept. */
function library(storeName = freshStoreName(), keptLimit = 100): Library {
  let time = 0;
  const made = openLibrary({ storeName, partSize: 10, keptLimit, now: () => ++time });
  opened.push(made);
  return made;
}

afterEach(async () => {
  vi.unstubAllGlobals();
  await Promise.all(opened.splice(0).map((made) => made.close()));
});

const model = async (lib: Library): Promise<string> =>
  (await addModel(lib, { name: 'clip', files: makeFiles({ a: 25 }), facts: null })).id;

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  for (const letter of text) yield new TextEncoder().encode(letter);
}

const request = (owner: string, name: string, text = name, items = [owner]): KeptRequest => ({
  owner,
  name,
  items,
  size: text.length,
  chunks: chunksOf(text),
});

const textOf = async (lib: Library, owner: string, name: string) =>
  (await lib.getKept(owner, name))?.text();

const keptKeys = async (storeName: string) =>
  (await allKeys(storeName)).filter((key) => Array.isArray(key) && String(key[0]).includes('kept'));

describe('a kept file', () => {
  it('comes back, after a reload too, and can be replaced', async () => {
    const disk = fakeDisk();
    stubNavigator({ locks: fakeLocks(), storage: { getDirectory: disk.getDirectory } });
    const storeName = freshStoreName();
    const before = library(storeName);
    const id = await model(before);
    expect(await before.getKept(id, 'sum')).toBeUndefined();
    expect(await before.putKept(request(id, 'sum', 'first'))).toBe(true);
    await before.close();
    const after = library(storeName);
    await after.recover();
    expect(await textOf(after, id, 'sum')).toBe('first');
    expect(await after.putKept(request(id, 'sum', 'second'))).toBe(true);
    expect(await textOf(after, id, 'sum')).toBe('second');
    // The way over the disk leaves nothing there.
    expect(disk.files()).toEqual([]);
  });

  it('goes with the first of its items, and is not kept where one is gone', async () => {
    const storeName = freshStoreName();
    const lib = library(storeName);
    const [base, expert] = [await model(lib), await model(lib)];
    await lib.putKept(request(base, 'sum', 'sum', [base, expert]));
    await removeItem(lib, expert);
    expect(await lib.getKept(base, 'sum')).toBeUndefined();
    expect(await lib.putKept(request(base, 'sum', 'sum', [base, expert]))).toBe(false);
    expect(await keptKeys(storeName)).toEqual([]);
  });

  it('makes room for the third, the one that was not asked for longest', async () => {
    const lib = library();
    const id = await model(lib);
    await lib.putKept(request(id, 'a'));
    await lib.putKept(request(id, 'b'));
    await lib.getKept(id, 'a');
    await lib.putKept(request(id, 'c'));
    const texts = [];
    for (const name of ['a', 'b', 'c']) texts.push(await textOf(lib, id, name));
    expect(texts).toEqual(['a', undefined, 'c']);
  });

  it('is alone where two are too much, and none where it is', async () => {
    const lib = library();
    const id = await model(lib);
    await lib.putKept(request(id, 'a', 'a'.repeat(60)));
    expect(await lib.putKept(request(id, 'b', 'b'.repeat(60)))).toBe(true);
    expect(await textOf(lib, id, 'a')).toBeUndefined();
    const chunks = { [Symbol.asyncIterator]: vi.fn() };
    const large = { ...request(id, 'c'), size: 101, chunks };
    expect(await lib.putKept(large)).toBe(false);
    expect(chunks[Symbol.asyncIterator]).not.toHaveBeenCalled();
    expect(await textOf(lib, id, 'b')).toBe('b'.repeat(60));
  });

  it('takes a quarter of what is granted at most', async () => {
    const lib = library();
    const id = await model(lib);
    stubNavigator({ storage: estimateOf(61, 100) });
    expect(await lib.putKept(request(id, 'a', 'a'.repeat(10)))).toBe(false);
    stubNavigator({ storage: estimateOf(60, 100) });
    expect(await lib.putKept(request(id, 'a', 'a'.repeat(10)))).toBe(true);
  });

  it('makes room for an import and for a download that would not fit', async () => {
    const storeName = freshStoreName();
    const lib = library(storeName);
    const id = await model(lib);
    const estimate = async () => {
      const { length } = await keptKeys(storeName);
      return { usage: length > 0 ? 90 : 50, quota: 100 };
    };
    const keep = async () => {
      stubNavigator({});
      await lib.putKept(request(id, 'a'));
      stubNavigator({ storage: { estimate } });
    };
    await keep();
    const files = (bytes: number) => ({
      name: 'clip',
      files: makeFiles({ a: bytes }),
      facts: null,
    });
    await addModel(lib, files(10));
    expect(await lib.getKept(id, 'a')).toBeDefined();
    await addModel(lib, files(11));
    expect(await lib.getKept(id, 'a')).toBeUndefined();
    await keep();
    const { file } = await lib.scratchFile('x', chunksOf('x'.repeat(11)), { size: 11 });
    expect(file.size).toBe(11);
    expect(await keptKeys(storeName)).toEqual([]);
  });

  it('that is stopped, or fails, leaves nothing', async () => {
    const disk = fakeDisk();
    stubNavigator({ locks: fakeLocks(), storage: { getDirectory: disk.getDirectory } });
    const storeName = freshStoreName();
    const lib = library(storeName);
    const id = await model(lib);
    const stop = new AbortController();
    async function* stopped() {
      yield new Uint8Array(1);
      stop.abort(new Error('stopped'));
      yield new Uint8Array(1);
    }
    const stopping = { ...request(id, 'a'), size: 2, chunks: stopped(), signal: stop.signal };
    await expect(lib.putKept(stopping)).rejects.toThrow('stopped');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1);
      throw new Error('source');
    }
    await expect(lib.putKept({ ...request(id, 'a'), chunks: failing() })).rejects.toThrow('source');
    expect(await keptKeys(storeName)).toEqual([]);
    expect(disk.files()).toEqual([]);
  });
});
