import { createStore, set } from 'idb-keyval';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLibrary } from './library';
import {
  allKeys,
  allRecords,
  contentOf,
  failPut,
  failWrite,
  fakeLocks,
  freshStoreName,
  makeFiles,
  seededRandom,
  stubNavigator,
} from './test-support';
import { addImageSet, addModel, listItems, removeItem, setSetting } from './testing';
import type { Library, LibraryRecords, StagedImport } from './types';

const opened: Library[] = [];
function library(storeName: string, now?: () => number): Library {
  const made = openLibrary({ storeName, partSize: 10, resultsLimit: 6, ...(now && { now }) });
  opened.push(made);
  return made;
}

let locks: ReturnType<typeof fakeLocks>;
beforeEach(() => {
  locks = fakeLocks();
  stubNavigator({ locks });
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  await Promise.all(opened.splice(0).map((made) => made.close()));
});

const request = (name = 'sun397') => ({
  name,
  files: makeFiles({ a: 35, b: 4 }),
  facts: null,
});

/** Leaves what a tab leaves that dies at its n-th put. */
async function crashAtPut(lib: Library, n: number, name?: string): Promise<void> {
  const { revive } = failPut(n, 'crash', 'UnknownError');
  await addModel(lib, request(name)).catch(() => undefined);
  revive();
}

describe('recover', () => {
  it.each([2, 4, 9, 11])('removes what a tab left that died at put %i', async (n) => {
    const storeName = freshStoreName();
    await crashAtPut(library(storeName), n);
    expect(await allKeys(storeName)).not.toEqual([]);
    const after = library(storeName);
    expect(await listItems(after, 'checkpoint')).toEqual([]);
    expect(await after.recover()).toMatchObject({ unfinished: ['sun397'], orphans: 0 });
    expect(await allKeys(storeName)).toEqual([]);
  });

  it('leaves an import alone whose tab lives', async () => {
    const storeName = freshStoreName();
    const [writer, other] = [library(storeName), library(storeName)];
    const recoveries: Promise<unknown>[] = [];
    const item = await addModel(writer, request(), {
      onProgress: () => recoveries.push(other.recover()),
    });
    for (const recovery of await Promise.all(recoveries)) {
      expect(recovery).toEqual({ unfinished: [], orphans: 0, damaged: [], scratchFiles: 0 });
    }
    expect(await contentOf(await other.openModel(item.id))).toEqual(
      await contentOf(request().files),
    );
  });

  it('does not touch an import that was completed between listing and cleaning', async () => {
    const storeName = freshStoreName();
    const [writer, other] = [library(storeName), library(storeName)];
    const ask = locks.request;
    let recovery: Promise<unknown> | undefined;
    const importing = new Promise<void>((finished) => {
      // The cleaner has listed the job; it gets its lock only when the writer is done.
      vi.spyOn(locks, 'request').mockImplementation(async (name, options, work) => {
        if (typeof options !== 'function' && options.ifAvailable) await importing;
        return ask(name, options, work);
      });
      void addModel(writer, request(), {
        onProgress() {
          recovery ??= other.recover();
        },
      }).then(() => finished());
    });
    await importing;
    expect(await recovery).toMatchObject({ unfinished: [], orphans: 0 });
    const [item] = await listItems(other, 'checkpoint');
    expect(await contentOf(await other.openModel(item?.id ?? ''))).toEqual(
      await contentOf(request().files),
    );
  });

  it('removes records that belong to nothing, and nothing else', async () => {
    const storeName = freshStoreName();
    const lib = library(storeName);
    await addModel(lib, request());
    await setSetting(lib, 'pool', 1);
    const before = await allKeys(storeName);
    const raw = createStore(storeName, 'library');
    await set(['part', 'nobody', 0], new Blob(['x']), raw);
    await set(['part', 'nobody', 1], new Blob(['x']), raw);
    await set(['files', 'nobody'], [], raw);
    expect(await lib.recover()).toMatchObject({ unfinished: [], orphans: 3 });
    expect(await allKeys(storeName)).toEqual(before);
  });
});

describe('without Web Locks', () => {
  beforeEach(() => stubNavigator({}));
  const HOUR = 3600_000;

  it('an import is taken for dead an hour after its last sign of life', async () => {
    const storeName = freshStoreName();
    let time = 1_000_000;
    await crashAtPut(
      library(storeName, () => time),
      6,
    );
    const after = library(storeName, () => time);
    time += HOUR - 1;
    expect(await after.recover()).toMatchObject({ unfinished: [] });
    time += 1;
    expect(await after.recover()).toMatchObject({ unfinished: ['sun397'] });
    expect(await allKeys(storeName)).toEqual([]);
  });

  it('an import that was wrongly taken for dead fails and leaves nothing', async () => {
    const storeName = freshStoreName();
    const writer = library(storeName, () => 0);
    const other = library(storeName, () => 2 * HOUR);
    let recovery: Promise<unknown> | undefined;
    const importing = addModel(
      writer,
      { ...request(), files: makeFiles({ a: 400 }) },
      {
        onProgress(done) {
          if (done > 0) recovery ??= other.recover();
        },
      },
    );
    await expect(importing).rejects.toThrow('removed meanwhile');
    expect(await recovery).toMatchObject({ unfinished: ['sun397'] });
    expect(await allKeys(storeName)).toEqual([]);
  });
});

describe('whatever fails', () => {
  const ERRORS = ['QuotaExceededError', 'UnknownError', 'InvalidStateError', 'AbortError'];

  it.each(Array.from({ length: 60 }, (_, seed) => [seed]))(
    'only whole models are listed, and recover leaves no stray record (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const storeName = freshStoreName();
      const whole = new Map<string, Awaited<ReturnType<typeof contentOf>>>();
      for (let step = 0; step < 4; step += 1) {
        const lib = library(storeName);
        const count = random(5);
        const sizes = Array.from({ length: count }, (_, i) => [`f${i}`, random(40)] as const);
        const files = makeFiles(Object.fromEntries(sizes), seed);
        const controller = new AbortController();
        const abortAt = random(8);
        const mode = random(5);
        const fault =
          mode < 3
            ? failPut(
                1 + random(12),
                (['crash', 'full', 'refused'] as const)[mode] ?? 'crash',
                ERRORS[random(ERRORS.length)] ?? '',
              )
            : undefined;
        let progress = 0;
        const outcome = await addModel(
          lib,
          { name: `m${step}`, files, facts: step },
          {
            signal: controller.signal,
            onProgress() {
              if (mode === 3 && progress++ === abortAt) controller.abort();
            },
          },
        ).catch(() => undefined);
        fault?.revive();
        if (outcome) whole.set(outcome.id, await contentOf(files));
        const listed = await listItems(library(storeName), 'checkpoint');
        expect(new Set(listed.map(({ id }) => id))).toEqual(new Set(whole.keys()));
      }
      const lib = library(storeName);
      expect((await lib.recover()).orphans).toBe(0);
      for (const [id, content] of whole) {
        expect(await contentOf(await lib.openModel(id))).toEqual(content);
        await removeItem(lib, id);
      }
      expect(await allKeys(storeName)).toEqual([]);
    },
  );
});

describe('a tab that dies', () => {
  const RESULTS = ['r1', 'r2', 'r3'];

  /** Two models and an image set, results of the first that mention the others, and a setting. */
  async function prepare(lib: Library): Promise<string[]> {
    const ids: string[] = [];
    for (const name of ['one', 'two']) ids.push((await addModel(lib, request(name))).id);
    ids.push((await addImageSet(lib, request('three'))).id);
    const [owner = ''] = ids;
    await lib.putResults(RESULTS.map((name) => ({ owner, name, items: ids, bytes: 1, value: 1 })));
    await lib.putDerived(owner, 'head', Uint8Array.from([1]));
    await setSetting(lib, 'factor', 1);
    return ids;
  }

  /** Everything but jobs and their parts belongs to an item that is listed, and all of that is there. */
  async function expectWhole(storeName: string): Promise<LibraryRecords> {
    const keys = (await allKeys(storeName)).map((key) => (Array.isArray(key) ? key : [key]));
    const idsUnder = (...prefixes: string[]) =>
      keys.filter(([prefix]) => prefixes.includes(String(prefix))).map(([, id]) => String(id));
    const records = await library(storeName).read();
    const items = records.items.map(({ id }) => id).sort();
    expect(idsUnder('checkpoint', 'imageset').sort()).toEqual(items);
    expect(idsUnder('entry').sort()).toEqual(items);
    expect(idsUnder('files').sort()).toEqual(items);
    for (const { id, kind, entry } of records.items) {
      expect(entry).toBeDefined();
      const open = kind === 'checkpoint' ? 'openModel' : 'openImageSet';
      expect(await contentOf(await library(storeName)[open](id))).toHaveLength(2);
    }
    expect(idsUnder('result')).toEqual(idsUnder('result-use'));
    const owned = new Set([...items, ...idsUnder('job')]);
    for (const id of idsUnder('part', 'result', 'result-use', 'derived', 'derived-use')) {
      expect(owned).toContain(id);
    }
    return records;
  }

  /** Lets a tab die at the n-th write of `work`, for every n that there is. Returns how many there are. */
  async function dieEverywhere(
    method: 'put' | 'delete',
    begin: (lib: Library, ids: readonly string[]) => Promise<() => Promise<unknown>>,
    leaves: 'nothing' | 'what is not listed',
  ): Promise<number> {
    for (let n = 1; ; n += 1) {
      const storeName = freshStoreName();
      const lib = library(storeName);
      const work = await begin(lib, await prepare(lib));
      const before = await allRecords(storeName);
      const { revive } = failWrite(method, n, 'crash', 'UnknownError');
      const died = await work().then(
        () => false,
        () => true,
      );
      revive();
      const records = await expectWhole(storeName);
      if (!died) return n - 1;
      if (leaves === 'nothing') expect(await allRecords(storeName)).toEqual(before);
      // Its locks die with it.
      for (const name of [...locks.held]) locks.release(name);
      const after = library(storeName);
      const { orphans, damaged } = await after.recover();
      expect({ orphans, damaged }).toEqual({ orphans: 0, damaged: [] });
      expect(await expectWhole(storeName)).toEqual(records);
      expect((await allKeys(storeName)).filter((key) => String(key).startsWith('job'))).toEqual([]);
    }
  }

  const NEW = ['a', 'b', 'c', 'd', 'e'];

  it('while it stages leaves nothing that is listed', async () => {
    const begin = async (lib: Library) => () => lib.stageModel(request('new'));
    // A job, then four parts, each with its job's sign of life.
    expect(await dieEverywhere('put', begin, 'what is not listed')).toBe(9);
  });

  it('while it commits five models with entries and a setting commits none', async () => {
    const begin = async (lib: Library) => {
      const staged: StagedImport[] = [];
      for (const name of NEW) staged.push(await lib.stageModel(request(name)));
      const commit = staged.map((one) => ({ staged: one, entry: one.name }));
      return () => lib.transact(() => ({ commit, settings: { factor: 2 } }));
    };
    // Table, manifest and entry of each, and the setting.
    expect(await dieEverywhere('put', begin, 'nothing')).toBe(16);
    expect(await dieEverywhere('delete', begin, 'nothing')).toBe(5);
  });

  it('while it removes items removes none of them', async () => {
    const begin = async (lib: Library, [one = '', two = '']: readonly string[]) => {
      return () => lib.transact(() => ({ remove: [two, one] }));
    };
    expect(await dieEverywhere('delete', begin, 'nothing')).toBeGreaterThan(10);
  });

  it('while it keeps results keeps none, and drives none out', async () => {
    const begin = async (lib: Library, ids: readonly string[]) => {
      const [owner = ''] = ids;
      const add = ['r1', 'r4', 'r5'].map((name) => ({
        owner,
        name,
        items: ids,
        bytes: 2,
        value: 2,
      }));
      return () => lib.putResults(add);
    };
    expect(await dieEverywhere('put', begin, 'nothing')).toBe(6);
    expect(await dieEverywhere('delete', begin, 'nothing')).toBe(4);
  });
});
