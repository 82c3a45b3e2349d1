import { createStore, set } from 'idb-keyval';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLibrary } from './library';
import {
  allKeys,
  contentOf,
  failPut,
  fakeLocks,
  freshStoreName,
  makeFiles,
  seededRandom,
  stubNavigator,
} from './test-support';
import { addModel, listItems, removeItem, setSetting } from './testing';
import type { Library } from './types';

const opened: Library[] = [];
function library(storeName: string, now?: () => number): Library {
  const made = openLibrary({ storeName, partSize: 10, ...(now && { now }) });
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

  it('neither shows nor touches what a later version of the program stored', async () => {
    const storeName = freshStoreName();
    const lib = library(storeName);
    const raw = createStore(storeName, 'library');
    await set(['checkpoint', 'future'], { schema: 2 }, raw);
    await set(['part', 'future', 0], new Blob(['x']), raw);
    expect(await lib.recover()).toMatchObject({ orphans: 0 });
    expect(await listItems(lib, 'checkpoint')).toEqual([]);
    expect(await allKeys(storeName)).toHaveLength(2);
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
