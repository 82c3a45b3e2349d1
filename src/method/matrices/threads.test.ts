import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createReferenceProducts } from '../../runtime/linear-algebra/reference';
import { type MatrixJob, mergeMatrix } from '../spectral/merge-matrix';
import { fakeThreads } from '../testing/matrix-threads';
import { createMatrixThreads } from './threads';

/** Of another matrix for each number. */
function jobOf(number: number): MatrixJob {
  const values = Float32Array.from({ length: 12 }, (_, i) => Math.sin(1 + i * number));
  return { work: { kind: 'isotropic' }, shape: { rows: 3, columns: 4 }, tensors: [values] };
}
const merged = (number: number) => mergeMatrix(createReferenceProducts(), jobOf(number));

const IDLE = 1000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets everything happen that is due. */
const settle = () => vi.advanceTimersByTimeAsync(1);

describe('matrices in threads', () => {
  it('have the bits that they have here, with any number of threads', async () => {
    const expected = [1, 2, 3, 4, 5].map(merged);
    for (const cores of [1, 2, 3, 64]) {
      const { spawn, spawned } = fakeThreads(true);
      const threads = createMatrixThreads(spawn, cores, IDLE);
      const { signal } = new AbortController();
      const all = [1, 2, 3, 4, 5].map((number) => threads.run(async () => jobOf(number), signal));
      await vi.advanceTimersByTimeAsync(100);
      expect(await Promise.all(all)).toEqual(expected);
      expect(spawned).toHaveLength(Math.min(cores, 4));
      threads.dispose();
    }
  });

  it('are read when their turn comes, and sent when the thread is there to hear', async () => {
    const { spawn, spawned } = fakeThreads(false);
    const threads = createMatrixThreads(spawn, 2, IDLE);
    const { signal } = new AbortController();
    const read: number[] = [];
    const run = (number: number) =>
      threads.run(async () => {
        read.push(number);
        return jobOf(number);
      }, signal);
    const all = [run(1), run(2), run(3)];
    await settle();
    expect([spawned.length, read]).toEqual([2, []]);
    spawned[0]?.say({ kind: 'ready' });
    spawned[1]?.say({ kind: 'ready' });
    await settle();
    expect(read).toEqual([1, 2]);
    expect(spawned.map(({ asked }) => asked.length)).toEqual([1, 1]);
    const values = Float32Array.of(7);
    spawned[1]?.say({ kind: 'merged', values });
    expect(await all[1]).toBe(values);
    await settle();
    // The thread that is done takes the next.
    expect(read).toEqual([1, 2, 3]);
    expect(spawned.map(({ asked }) => asked.length)).toEqual([1, 2]);
    spawned[0]?.say({ kind: 'merged', values });
    spawned[1]?.say({ kind: 'merged', values });
    expect(await Promise.all(all)).toEqual([values, values, values]);
  });

  it('are stopped at once, wherever they are', async () => {
    const { spawn, spawned } = fakeThreads(false);
    const threads = createMatrixThreads(spawn, 1, IDLE);
    const stop = new AbortController();
    const other = new AbortController();
    const running = threads.run(async () => jobOf(1), stop.signal);
    const waiting = threads.run(async () => jobOf(2), stop.signal);
    const wanted = threads.run(async () => jobOf(3), other.signal);
    const stopped = Promise.allSettled([running, waiting]);
    await settle();
    spawned[0]?.say({ kind: 'ready' });
    await settle();
    stop.abort(new Error('no longer wanted'));
    expect(await stopped).toEqual([
      { status: 'rejected', reason: stop.signal.reason },
      { status: 'rejected', reason: stop.signal.reason },
    ]);
    expect(spawned[0]?.ended).toBe(true);
    await settle();
    spawned[1]?.say({ kind: 'ready' });
    await settle();
    const values = Float32Array.of(3);
    spawned[1]?.say({ kind: 'merged', values });
    expect(await wanted).toBe(values);
    expect(spawned).toHaveLength(2);
  });

  it('are stopped while the thread is starting, and are not begun when stopped before', async () => {
    const { spawn, spawned } = fakeThreads(false);
    const threads = createMatrixThreads(spawn, 1, IDLE);
    const stop = new AbortController();
    const starting = threads.run(async () => jobOf(1), stop.signal);
    const failed = expect(starting).rejects.toThrow('aborted');
    await settle();
    stop.abort();
    await failed;
    await expect(threads.run(async () => jobOf(1), stop.signal)).rejects.toThrow('aborted');
    expect(spawned.map(({ ended }) => ended)).toEqual([true]);
  });

  it.each(['throws', 'fails'])(
    'are merged here where no thread can be started: it %s',
    async (how) => {
      const { spawn, spawned } = fakeThreads(false);
      const threads = createMatrixThreads(
        (hear) => {
          if (how === 'throws') throw new Error('no threads here');
          return spawn(hear);
        },
        2,
        IDLE,
      );
      const { signal } = new AbortController();
      const running = threads.run(async () => jobOf(1), signal);
      await settle();
      spawned[0]?.say(null);
      await vi.advanceTimersByTimeAsync(10);
      expect(await running).toEqual(merged(1));
    },
  );

  it('say why they could not be merged, and the thread is not asked again', async () => {
    const { spawn, spawned } = fakeThreads(false);
    const threads = createMatrixThreads(spawn, 1, IDLE);
    const { signal } = new AbortController();
    const first = expect(threads.run(async () => jobOf(1), signal)).rejects.toThrow('no memory');
    await settle();
    spawned[0]?.say({ kind: 'ready' });
    await settle();
    spawned[0]?.say({ kind: 'failed', message: 'There is no memory.' });
    await first;
    const second = expect(threads.run(async () => jobOf(1), signal)).rejects.toMatchObject({
      name: 'DeviceError',
      message: 'A thread that merges weights ended. Try it again.',
    });
    await settle();
    spawned[1]?.say({ kind: 'ready' });
    await settle();
    spawned[1]?.say(null);
    await second;
    expect(spawned.map(({ ended }) => ended)).toEqual([true, true]);
  });

  it('leave the thread to others where they cannot be read', async () => {
    const { spawn, spawned } = fakeThreads(true);
    const threads = createMatrixThreads(spawn, 1, IDLE);
    const { signal } = new AbortController();
    const bad = expect(
      threads.run(() => Promise.reject(new Error('cannot be read')), signal),
    ).rejects.toThrow('cannot be read');
    const good = threads.run(async () => jobOf(2), signal);
    await vi.advanceTimersByTimeAsync(10);
    await bad;
    expect(await good).toEqual(merged(2));
    expect(spawned).toHaveLength(1);
  });

  it('give their threads back when there is nothing to do for a while', async () => {
    const { spawn, spawned } = fakeThreads(true);
    const threads = createMatrixThreads(spawn, 1, IDLE);
    const { signal } = new AbortController();
    const run = async () => {
      const running = threads.run(async () => jobOf(1), signal);
      await vi.advanceTimersByTimeAsync(10);
      return running;
    };
    await run();
    await vi.advanceTimersByTimeAsync(IDLE - 20);
    await run();
    expect(spawned.map(({ ended }) => ended)).toEqual([false]);
    await vi.advanceTimersByTimeAsync(IDLE);
    expect(spawned.map(({ ended }) => ended)).toEqual([true]);
    await run();
    threads.dispose();
    expect(spawned.map(({ ended }) => ended)).toEqual([true, true]);
  });
});
