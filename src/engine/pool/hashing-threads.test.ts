import { describe, expect, it, vi } from 'vitest';
import { weightsSha256 } from '../../checkpoint/weights-sha256';
import type { HashAnswer, HashRequest } from './hashing-messages';
import { createHashingThreads, type HashThread } from './hashing-threads';

vi.mock('../../checkpoint/weights-sha256', () => ({ weightsSha256: vi.fn() }));
const hash = vi.mocked(weightsSha256);

/** A blob that says that it is as large; nothing reads it. */
function files(size: number) {
  const blob = new Blob();
  Object.defineProperty(blob, 'size', { value: size });
  return [{ name: 'model.safetensors', blob }];
}
const LARGE = files(50_000_000);

interface FakeThread extends HashThread {
  readonly requests: HashRequest[];
  readonly hear: (answer: HashAnswer | null) => void;
  ended: boolean;
}

function threads(cores = 2) {
  const spawned: FakeThread[] = [];
  const hasher = createHashingThreads((hear) => {
    const thread: FakeThread = {
      requests: [],
      hear,
      ended: false,
      ask: (request) => thread.requests.push(request),
      end: () => {
        thread.ended = true;
      },
    };
    spawned.push(thread);
    return thread;
  }, cores);
  const answer = (data: HashAnswer | null, i = 0) => spawned[i]?.hear(data);
  return { hasher, spawned, answer };
}

const progress = (bytesDone: number, ...state: number[]): HashAnswer => ({
  kind: 'progress',
  id: 0,
  bytesDone,
  bytesTotal: 100,
  state: Uint8Array.from(state),
});

describe('hashing in threads', () => {
  it('gives each model a thread and ends it with the sum', async () => {
    const { hasher, spawned, answer } = threads();
    const told: unknown[] = [];
    const resume = { bytesDone: 4, state: Uint8Array.of(7) };
    const first = hasher.sha256(LARGE, {
      resume,
      onProgress: (done, total, state) => told.push([done, total, [...state()]]),
    });
    const second = hasher.sha256(LARGE, {});
    expect(spawned.map(({ requests }) => requests)).toEqual([
      [{ kind: 'hash', id: 0, files: LARGE, resume }],
      [{ kind: 'hash', id: 1, files: LARGE, resume: undefined }],
    ]);
    answer(progress(8, 1, 2));
    answer({ kind: 'sum', id: 0, sha256: 'first' });
    answer({ kind: 'sum', id: 1, sha256: 'second' }, 1);
    expect(await Promise.all([first, second])).toEqual(['first', 'second']);
    expect(told).toEqual([[8, 100, [1, 2]]]);
    expect(spawned.map(({ ended }) => ended)).toEqual([true, true]);
    expect(hash).not.toHaveBeenCalled();
  });

  it('stops at once, and starts nothing that is stopped already', async () => {
    const { hasher, spawned } = threads();
    const stop = new AbortController();
    const sum = hasher.sha256(LARGE, { signal: stop.signal });
    stop.abort(new Error('stopped'));
    expect(spawned[0]?.ended).toBe(true);
    await expect(sum).rejects.toThrow('stopped');
    await expect(hasher.sha256(LARGE, { signal: stop.signal })).rejects.toThrow('stopped');
    expect(spawned).toHaveLength(1);
  });

  it.each(['message', 'error'])('goes on here where the thread fails (%s)', async (how) => {
    const { hasher, spawned, answer } = threads();
    hash.mockResolvedValueOnce('here');
    const sum = hasher.sha256(LARGE, {});
    answer(progress(8, 1, 2));
    if (how === 'message') answer({ kind: 'failed', id: 0 });
    else answer(null);
    expect(await sum).toBe('here');
    expect(hash).toHaveBeenLastCalledWith(
      LARGE,
      expect.objectContaining({ resume: { bytesDone: 8, state: Uint8Array.of(1, 2) } }),
    );
    expect(spawned[0]?.ended).toBe(true);
  });

  it('hashes here what is done before a thread has started', async () => {
    const { hasher, spawned } = threads();
    hash.mockResolvedValueOnce('here');
    expect(await hasher.sha256(files(49_999_999), {})).toBe('here');
    expect(spawned).toEqual([]);
  });

  it('hashes four at once in each of at most four threads, and never none', () => {
    expect([0, 1, 2, 16].map((cores) => threads(cores).hasher.atOnce)).toEqual([4, 4, 8, 16]);
  });

  it('shares its threads evenly, and ends each when nobody waits for it', async () => {
    const { hasher, spawned, answer } = threads();
    const stop = new AbortController();
    const sums = [{}, {}, { signal: stop.signal }, {}].map((options) =>
      hasher.sha256(LARGE, options),
    );
    const hashed = spawned.map(({ requests }) => requests.map(({ id }) => id));
    expect(hashed).toEqual([
      [0, 2],
      [1, 3],
    ]);
    stop.abort(new Error('stopped'));
    await expect(sums[2]).rejects.toThrow('stopped');
    expect(spawned[0]?.requests.at(-1)).toEqual({ kind: 'stop', id: 2 });
    answer({ kind: 'failed', id: 2 });
    answer({ kind: 'sum', id: 0, sha256: 'first' });
    expect(spawned.map(({ ended }) => ended)).toEqual([true, false]);
    hash.mockResolvedValue('here');
    answer(null, 1);
    expect(await Promise.all([sums[0], sums[1], sums[3]])).toEqual(['first', 'here', 'here']);
    expect(spawned.map(({ ended }) => ended)).toEqual([true, true]);
    const later = hasher.sha256(LARGE, {});
    expect(spawned).toHaveLength(3);
    answer({ kind: 'sum', id: 4, sha256: 'later' }, 2);
    expect(await later).toBe('later');
  });
});
