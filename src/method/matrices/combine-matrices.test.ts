import { describe, expect, it } from 'vitest';
import type { ModelPool } from '../../modelpool/types';
import { combine } from '../combine';
import { isoC } from '../iso-c';
import { isoCts } from '../iso-cts';
import { mergedFromCheckpoints, mergedFromCombination } from '../merged-values';
import { taskSingularVectors } from '../task-singular-vectors';
import { createCountingBackend } from '../testing/counting-backend';
import { fakeThreads } from '../testing/matrix-threads';
import { vectorPool } from '../testing/pool';
import { watchedJobs } from '../testing/watched-jobs';
import type { MethodChoice } from '../types';
import { wudi } from '../wudi';
import { createMatrixJobsHere, type MatrixJobs } from './jobs';
import { createMatrixThreads } from './threads';

const ROWS = 6;
const COLUMNS = 8;
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
/** All but one are matrices. */
const SHAPES = Object.fromEntries(
  NAMES.filter((name) => name !== 'c').map((name) => [name, [ROWS, COLUMNS]]),
);

function numbers(seed: number): Record<string, number[]> {
  return Object.fromEntries(
    NAMES.map((name, place) => [
      name,
      Array.from({ length: ROWS * COLUMNS }, (_, i) =>
        Math.fround(Math.sin(seed * 7.1 + place * 3.3 + i * i)),
      ),
    ]),
  );
}
const pool = vectorPool(numbers(0), [1, 2, 3].map(numbers), [1, -0.4, 1], SHAPES);

const CHOICES: MethodChoice[] = [
  { method: taskSingularVectors },
  { method: isoC },
  { method: isoCts },
  { method: wudi, options: { iter_num: 5 } },
  { method: wudi, options: { solver: 'exact' } },
];

const NOTHING = { elements: 0, counters: 0 };

describe.each(CHOICES)('$method.name $options', (choice) => {
  const expected = mergedFromCheckpoints(pool, choice, 0.7);

  it.each([1, 2, 3])(
    'has the same bytes from %i threads, each part of them once',
    async (cores) => {
      const { spawn } = fakeThreads(true);
      const threads = createMatrixThreads(spawn, cores);
      const { seen, watching } = watchedJobs(threads);
      const counting = createCountingBackend();
      // Parts that end within a row, more of them in work than a tensor has.
      const backend = { ...counting.backend, parts: { length: 20, atOnce: 4 } };
      const combination = await combine(pool, choice, { backend, matrices: watching });
      const merged = mergedFromCombination(combination, 0.7);
      for (const name of NAMES) expect(await merged(name)).toEqual(await expected(name));
      expect(seen).toEqual({ atWork: 0, most: cores, begun: 6, ended: 6 });
      combination.free();
      expect(counting.held()).toEqual(NOTHING);
      threads.dispose();
    },
  );

  it('has the same bytes on a backend that works on whole tensors, as a GPU does', async () => {
    const counting = createCountingBackend();
    const parts = { length: Number.POSITIVE_INFINITY, atOnce: 1 };
    const backend = { ...counting.backend, kind: 'webgpu' as const, parts };
    const combination = await combine(pool, choice, { backend });
    const merged = mergedFromCombination(combination, 0.7);
    for (const name of NAMES) expect(await merged(name)).toEqual(await expected(name));
    // theta_0 and S, and one tensor of each while it is copied.
    const tensor = ROWS * COLUMNS;
    expect(counting.peak()).toBeLessThanOrEqual((2 * NAMES.length + 6) * tensor);
    combination.free();
    expect(counting.held()).toEqual(NOTHING);
  });

  it('begins no matrix any more once it is cancelled, and gives everything back', async () => {
    for (const jobs of [createMatrixJobsHere(), createMatrixThreads(fakeThreads(true).spawn, 2)]) {
      const { seen, watching } = watchedJobs(jobs);
      const counting = createCountingBackend();
      const controller = new AbortController();
      const combining = combine(pool, choice, {
        backend: counting.backend,
        matrices: watching,
        signal: controller.signal,
        onProgress: () => controller.abort(),
      });
      await expect(combining).rejects.toThrow('aborted');
      expect(counting.held()).toEqual(NOTHING);
      await new Promise((resolve) => setTimeout(resolve, 20));
      const { ended, begun } = seen;
      expect(begun).toBeLessThan(6);
      expect(ended).toBe(begun);
    }
  });

  it('gives everything back where one matrix fails, and stops the others', async () => {
    const { spawn, spawned } = fakeThreads(true);
    const threads = createMatrixThreads(spawn, 3);
    let left = 3;
    const failing: MatrixJobs = {
      ...threads,
      run: (prepare, signal) =>
        threads.run(async () => {
          if (--left === 0) throw new Error('planted');
          return prepare();
        }, signal),
    };
    const counting = createCountingBackend();
    const combining = combine(pool, choice, { backend: counting.backend, matrices: failing });
    await expect(combining).rejects.toThrow('planted');
    expect(counting.held()).toEqual(NOTHING);
    threads.dispose();
    expect(spawned.every(({ ended }) => ended)).toBe(true);
  });

  it('refuses what is no finite number, and takes it where the tensor is excluded', async () => {
    const wrong = numbers(2);
    wrong.e?.fill(Number.NaN, 5, 6);
    const bad: ModelPool = vectorPool(numbers(0), [numbers(1), wrong], [], SHAPES);
    const merged = mergedFromCheckpoints(bad, choice, 1);
    await expect(merged('e')).rejects.toMatchObject({
      name: 'CompatibilityError',
      message:
        'expert-1: e differs from the base by NaN or an infinite number, and this method works on the matrix as a whole. Exclude the model, or name the tensor in exclude_keys.',
    });
    const { method, options } = choice;
    const excluding = { method, options: { ...options, exclude_keys: ['vision_model.e'] } };
    const values = await mergedFromCheckpoints(bad, excluding, 1)('e');
    expect(values.filter((value) => Number.isNaN(value))).toHaveLength(1);
  });
});

it('one solve goes where many steps lead', async () => {
  const by = (options: MethodChoice['options']) =>
    mergedFromCheckpoints(pool, { method: wudi, options }, 1)('a');
  const exact = await by({ solver: 'exact' });
  const away = async (steps: number) => {
    const values = await by({ solver: 'adam', iter_num: steps });
    return Math.sqrt(values.reduce((sum, x, i) => sum + (x - (exact[i] ?? 0)) ** 2, 0));
  };
  const [none, some, more] = [await away(0), await away(2000), await away(10_000)];
  expect(some).toBeLessThan(none);
  expect(more).toBeLessThan(some);
});
