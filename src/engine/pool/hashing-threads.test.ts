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

function threads(cores = 2) {
  const spawned: (HashThread & { requests: HashRequest[]; ended: boolean })[] = [];
  const hasher = createHashingThreads(() => {
    const thread = {
      onmessage: null,
      onerror: null,
      requests: [] as HashRequest[],
      ended: false,
      postMessage: (request: HashRequest) => void thread.requests.push(request),
      terminate: () => {
        thread.ended = true;
      },
    };
    spawned.push(thread);
    return thread;
  }, cores);
  const answer = (data: HashAnswer, i = 0) =>
    spawned[i]?.onmessage?.(new MessageEvent('message', { data }));
  return { hasher, spawned, answer };
}

const progress = (bytesDone: number, ...state: number[]): HashAnswer => ({
  kind: 'progress',
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
      [{ files: LARGE, resume }],
      [{ files: LARGE, resume: undefined }],
    ]);
    answer(progress(8, 1, 2));
    answer({ kind: 'sum', sha256: 'first' });
    answer({ kind: 'sum', sha256: 'second' }, 1);
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
    if (how === 'message') answer({ kind: 'failed' });
    else spawned[0]?.onerror?.(new Event('error') as ErrorEvent);
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

  it('hashes at most four at once, and never none', () => {
    expect([0, 1, 2, 16].map((cores) => threads(cores).hasher.atOnce)).toEqual([1, 1, 2, 4]);
  });
});
