import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeSafetensors } from '../../checkpoint/safetensors/encode-safetensors';
import { weightsSha256 } from '../../checkpoint/weights-sha256';
import { createJobs } from '../jobs/jobs';
import { poolModel } from '../testing/values';
import type { Pool, PoolModel } from '../value';
import { type ModelFacts, mergeFacts } from './facts';
import { createHashing, HASHING, hashModel } from './hashing';

vi.mock('../../checkpoint/weights-sha256', async (original) => {
  const { weightsSha256 } = await original<typeof import('../../checkpoint/weights-sha256')>();
  return { weightsSha256: vi.fn(weightsSha256) };
});

const hash = vi.mocked(weightsSha256);
type Asked = Parameters<typeof weightsSha256>;

/** One hash that was begun; it ends when it is told to. */
interface Begun {
  readonly files: Asked[0];
  readonly options: NonNullable<Asked[1]>;
  end(sum: string): void;
  fail(error: unknown): void;
}

const begun: Begun[] = [];
beforeEach(() => {
  begun.length = 0;
  hash.mockReset();
});

/** Hashes wait for the test, and heed their signals. */
function holdHashes(): void {
  hash.mockImplementation(
    (files, options = {}) =>
      new Promise((end, fail) => {
        begun.push({ files, options, end, fail });
        options.signal?.addEventListener('abort', () => fail(options.signal?.reason));
      }),
  );
}

const SMALL = 1000;
const LARGE = 200_000_000;

function open(bytes: Readonly<Record<string, number>>, atOnce = 1) {
  let pool: Pool = {
    baseId: null,
    models: Object.entries(bytes).map(([id, size]) =>
      poolModel(id, undefined, {
        bytes: size,
        opened: { against: null, files: [{ name: `${id}.safetensors`, blob: new Blob() }] },
      }),
    ),
  };
  let idle = true;
  const learned: [string, Partial<ModelFacts>][] = [];
  const reports: unknown[] = [];
  const jobs = createJobs(() => {
    for (const { id, label, progress } of jobs.views()) reports.push([id, label, progress]);
  });
  const learn = async (id: string, facts: Partial<ModelFacts>) => {
    learned.push([id, facts]);
    const models = pool.models.map((model) =>
      model.id === id ? { ...model, facts: mergeFacts(model.facts, facts) } : model,
    );
    pool = { ...pool, models };
    hashing.follow(pool, idle);
  };
  const hashing = createHashing(jobs, learn, { atOnce, sha256: weightsSha256 });
  const follow = (next: boolean, models: readonly PoolModel[] = pool.models) => {
    idle = next;
    pool = { ...pool, models };
    hashing.follow(pool, idle);
  };
  return { follow, learned, reports, jobs, models: () => pool.models };
}

const count = (n: number) => vi.waitUntil(() => begun.length === n, { interval: 1 });
const names = () => begun.map(({ files }) => files[0]?.name);
const breathe = () => new Promise((resolve) => setTimeout(resolve, 3));

describe('hashing', () => {
  it('goes through the models one after the other, and tells their sums', async () => {
    holdHashes();
    const { follow, learned, jobs } = open({ a: SMALL, b: SMALL });
    follow(true);
    await count(1);
    follow(true);
    begun[0]?.end('sum a');
    await count(2);
    begun[1]?.end('sum b');
    await vi.waitUntil(() => learned.length === 2, { interval: 1 });
    expect(names()).toEqual(['a.safetensors', 'b.safetensors']);
    expect(learned).toEqual([
      ['a', { sha256: 'sum a' }],
      ['b', { sha256: 'sum b' }],
    ]);
    expect(jobs.views()).toEqual([]);
    await breathe();
    follow(true);
    await breathe();
    expect(begun).toHaveLength(2);
  });

  it('begins with a model that comes later', async () => {
    holdHashes();
    const { follow, learned, models } = open({ a: SMALL });
    follow(true);
    await count(1);
    begun[0]?.end('sum a');
    await vi.waitUntil(() => learned.length === 1, { interval: 1 });
    await breathe();
    follow(true, [...models(), poolModel('b', undefined)]);
    await count(2);
  });

  it('waits while something else is going on, and stops for it', async () => {
    holdHashes();
    const { follow, learned } = open({ a: SMALL });
    follow(false);
    await breathe();
    expect(begun).toEqual([]);
    follow(true);
    await count(1);
    begun[0]?.options.onProgress?.(64, SMALL, () => Uint8Array.of(1, 2, 255));
    follow(false);
    await breathe();
    expect(begun[0]?.options.signal?.aborted).toBe(true);
    expect(learned).toEqual([['a', { partialHash: { bytesDone: 64, state: 'AQL/' } }]]);
    follow(true);
    await count(2);
    expect(begun[1]?.options.resume).toEqual({
      bytesDone: 64,
      state: Uint8Array.of(1, 2, 255),
    });
  });

  it('goes on at once where the other thing was short', async () => {
    holdHashes();
    const { follow } = open({ a: SMALL });
    follow(true);
    await count(1);
    follow(false);
    follow(true);
    await count(2);
    await breathe();
    // The first has ended meanwhile, and must not be taken for the second.
    follow(true);
    await breathe();
    expect(begun).toHaveLength(2);
    expect(begun[1]?.options.signal?.aborted).toBe(false);
    follow(false);
    expect(begun[1]?.options.signal?.aborted).toBe(true);
  });

  it('leaves alone in this visit what cannot be read', async () => {
    holdHashes();
    const { follow, learned } = open({ a: SMALL, b: SMALL });
    follow(true);
    await count(1);
    begun[0]?.fail(new Error('The file has changed.'));
    await count(2);
    begun[1]?.end('sum b');
    await vi.waitUntil(() => learned.length === 1, { interval: 1 });
    await breathe();
    follow(true);
    await breathe();
    expect(names()).toEqual(['a.safetensors', 'b.safetensors']);
    expect(learned).toEqual([['b', { sha256: 'sum b' }]]);
  });
});

describe('several at once', () => {
  it('take up one model after the other, and each only once', async () => {
    holdHashes();
    const { follow, learned } = open({ a: SMALL, b: SMALL, c: SMALL }, 2);
    follow(true);
    await count(2);
    begun[1]?.end('sum b');
    await count(3);
    begun[0]?.fail(new Error('The file has changed.'));
    begun[2]?.end('sum c');
    await vi.waitUntil(() => learned.length === 2, { interval: 1 });
    await breathe();
    follow(true);
    await breathe();
    expect(names()).toEqual(['a.safetensors', 'b.safetensors', 'c.safetensors']);
    expect(learned.map(([id]) => id)).toEqual(['b', 'c']);
  });

  it('remember each how far they came, and are told of in one line', async () => {
    holdHashes();
    const { follow, learned, reports, jobs } = open({ a: LARGE, b: LARGE }, 2);
    follow(true);
    await count(2);
    begun[0]?.options.onProgress?.(1, 4, () => Uint8Array.of(1));
    begun[1]?.options.onProgress?.(3, 4, () => Uint8Array.of(2));
    follow(false);
    await vi.waitUntil(() => jobs.views().length === 0, { interval: 1 });
    expect(learned).toEqual([
      ['a', { partialHash: { bytesDone: 1, state: 'AQ==' } }],
      ['b', { partialHash: { bytesDone: 3, state: 'Ag==' } }],
    ]);
    expect(reports).toEqual([
      [HASHING, 'SHA-256 of the models', null],
      [HASHING, 'SHA-256 of a', 0.25],
      [HASHING, 'SHA-256 of a, b', 0.5],
    ]);
  });
});

describe('much to hash', () => {
  it('is listed, with how far each model came', async () => {
    holdHashes();
    const { follow, jobs, reports } = open({ a: LARGE - 1, b: 1 });
    follow(true);
    await count(1);
    expect(jobs.views().map(({ id }) => id)).toEqual([HASHING]);
    begun[0]?.options.onProgress?.(1, 4, () => new Uint8Array());
    begun[0]?.options.onProgress?.(0, 0, () => new Uint8Array());
    begun[0]?.end('sum a');
    await count(2);
    begun[1]?.end('sum b');
    await vi.waitUntil(() => jobs.views().length === 0, { interval: 1 });
    expect(reports).toEqual([
      [HASHING, 'SHA-256 of the models', null],
      [HASHING, 'SHA-256 of a', 0.25],
      [HASHING, 'SHA-256 of a', 1],
    ]);
  });

  it('is not listed where it takes a second', async () => {
    holdHashes();
    const { follow, jobs } = open({ a: LARGE - 1 });
    follow(true);
    await count(1);
    expect(jobs.views()).toEqual([]);
  });

  it('is stopped by the user for the models that are there, not for those that come', async () => {
    holdHashes();
    const { follow, jobs, models } = open({ a: LARGE, b: LARGE });
    follow(true);
    await count(1);
    jobs.cancel(HASHING);
    await vi.waitUntil(() => jobs.views().length === 0, { interval: 1 });
    await breathe();
    follow(true);
    await breathe();
    expect(begun).toHaveLength(1);
    follow(true, [...models(), poolModel('c', undefined)]);
    await count(2);
  });

  it('is not taken for stopped when something more urgent came', async () => {
    holdHashes();
    const { follow, jobs } = open({ a: LARGE });
    follow(true);
    await count(1);
    follow(false);
    await vi.waitUntil(() => jobs.views().length === 0, { interval: 1 });
    follow(true);
    await count(2);
  });
});

describe('one model', () => {
  const weights = async () => {
    const bytes = new Uint8Array(5 * 1024 * 1024).map((_, i) => (i * 2_654_435_761) >>> 24);
    const tensor = { name: 'w', dtype: 'U8', shape: [bytes.length], byteLength: bytes.length };
    const parts: BlobPart[] = [];
    const { chunks } = encodeSafetensors([{ ...tensor, dtype: 'U8', read: async () => bytes }]);
    for await (const chunk of chunks()) parts.push(chunk.slice());
    return new Blob(parts);
  };

  it('has the sum of its weights, also where it was begun in an earlier visit', async () => {
    const blob = await weights();
    const expected = createHash('sha256')
      .update(Buffer.from(await blob.arrayBuffer()))
      .digest('hex');
    const files = [{ name: 'model.safetensors', blob }];
    const model = poolModel('a', undefined, { opened: { against: null, files } });
    const learned: Partial<ModelFacts>[] = [];
    const learn = async (_: string, facts: Partial<ModelFacts>) => void learned.push(facts);
    const stop = new AbortController();
    const first = hashModel(model, learn, stop.signal, () => stop.abort(new Error('stopped')));
    await expect(first).rejects.toThrow('stopped');
    expect(learned).toEqual([
      { partialHash: { bytesDone: 4 * 1024 * 1024, state: expect.stringMatching(/^[\w+/]+=*$/) } },
    ]);
    const facts = { taskVectors: {}, ...learned[0] };
    const done: number[] = [];
    const { signal } = new AbortController();
    const sum = await hashModel({ ...model, facts }, learn, signal, (bytes) => done.push(bytes));
    expect(sum).toBe(expected);
    expect(done).toEqual([blob.size]);
    expect(learned[1]).toEqual({ sha256: expected });
  });

  it('that fails tells nothing of how far it came, nor one that is stopped before it began', async () => {
    holdHashes();
    const model = poolModel('a', undefined);
    const learn = vi.fn();
    const stop = new AbortController();
    const failing = hashModel(model, learn, stop.signal);
    begun[0]?.options.onProgress?.(64, 128, () => new Uint8Array());
    begun[0]?.fail(new Error('The file has changed.'));
    await expect(failing).rejects.toThrow('The file has changed.');
    const stopped = hashModel(model, learn, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(stopped).rejects.toThrow('stopped');
    expect(learn).not.toHaveBeenCalled();
  });
});
