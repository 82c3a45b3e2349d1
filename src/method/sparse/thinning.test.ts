import { describe, expect, it } from 'vitest';
import { breadcrumbs } from '../breadcrumbs';
import { breadcrumbsTies } from '../breadcrumbs-ties';
import { combine } from '../combine';
import { della } from '../della';
import { dellaLinear } from '../della-linear';
import { isThinning } from '../matrices/job';
import { createMatrixJobsHere, type MatrixJobs } from '../matrices/jobs';
import { createMatrixThreads } from '../matrices/threads';
import { createMatrixWork } from '../matrices/work';
import { mergedFromCheckpoints, mergedFromCombination } from '../merged-values';
import { createCountingBackend } from '../testing/counting-backend';
import { fakeThreads } from '../testing/matrix-threads';
import { vectorPool } from '../testing/pool';
import { watchedJobs } from '../testing/watched-jobs';
import type { MethodChoice } from '../types';
import type { ThinningJob } from './types';

const SHAPES = {
  matrix: [6, 8],
  kernel: [4, 3, 2, 2],
  bias: [48],
  wide: [2, 24],
  tall: [24, 2],
  last: [48],
};
const NAMES = Object.keys(SHAPES);
const EXPERTS = [1, 2, 3, 4];

function numbers(seed: number): Record<string, number[]> {
  return Object.fromEntries(
    NAMES.map((name, place) => [
      name,
      Array.from({ length: 48 }, (_, i) => Math.fround(Math.sin(seed * 7.1 + place * 3.3 + i * i))),
    ]),
  );
}
const pool = vectorPool(numbers(0), EXPERTS.map(numbers), [1, -0.4, 1, 2], SHAPES);

const CHOICES: MethodChoice[] = [
  { method: breadcrumbs, options: { density: 0.6, gamma: 0.1, rescale: true } },
  { method: breadcrumbsTies, options: { density: 0.6, gamma: 0.1, normalize: true } },
  { method: dellaLinear, options: { density: 0.5, epsilon: 0.2, seed: 3 } },
  { method: della, options: { density: 0.5, epsilon: 0.2, seed: 3 } },
];

const NOTHING = { elements: 0, counters: 0 };

describe.each(CHOICES)('$method.name', (choice) => {
  const expected = mergedFromCheckpoints(pool, choice, 0.7);

  it.each([1, 2, 3])('has the same bytes from %i threads', async (cores) => {
    const { spawn, spawned } = fakeThreads(true);
    const threads = createMatrixThreads(spawn, cores);
    const { seen, watching } = watchedJobs(threads);
    const counting = createCountingBackend();
    // Parts that end within a tensor, more of them in work than there are tensors.
    const backend = { ...counting.backend, parts: { length: 20, atOnce: 9 } };
    const combination = await combine(pool, choice, { backend, matrices: watching });
    const merged = mergedFromCombination(combination, 0.7);
    for (const name of NAMES) expect(await merged(name)).toEqual(await expected(name));
    const jobs = NAMES.length * EXPERTS.length;
    expect(seen).toEqual({ atWork: 0, most: cores, begun: jobs, ended: jobs });
    expect(spawned.map(({ asked }) => asked.length).filter((count) => count > 0)).toHaveLength(
      cores,
    );
    combination.free();
    expect(counting.held()).toEqual(NOTHING);
    threads.dispose();
  });

  it('begins no expert any more once it is cancelled', async () => {
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
      expect(seen.begun).toBeLessThan(NAMES.length * EXPERTS.length);
      expect(seen.ended).toBe(seen.begun);
    }
  });

  it('says what it could not read, and leaves nothing behind', async () => {
    const [first, second, ...others] = pool.experts;
    if (!first || !second) throw new Error('there are four');
    const unreadable = new Map(second.model.visionTensors);
    const tensor = unreadable.get('kernel');
    if (!tensor) throw new Error('there is a kernel');
    const fail = () => Promise.reject(new Error('The file has changed.'));
    unreadable.set('kernel', { ...tensor, read: fail, readInto: fail });
    const broken = { ...second, model: { ...second.model, visionTensors: unreadable } };
    const counting = createCountingBackend();
    const combining = combine({ ...pool, experts: [first, broken, ...others] }, choice, {
      backend: counting.backend,
      matrices: createMatrixThreads(fakeThreads(true).spawn, 3),
    });
    await expect(combining).rejects.toThrow('The file has changed.');
    expect(counting.held()).toEqual(NOTHING);
  });
});

it('holds a few experts of two tensors at a time where they are added up', async () => {
  const { spawn } = fakeThreads(true);
  const threads = createMatrixThreads(spawn, 2);
  const many = vectorPool(
    numbers(0),
    Array.from({ length: 12 }, (_, i) => numbers(i + 1)),
    [],
    {
      ...SHAPES,
    },
  );
  let begun = 0;
  let most = 0;
  let taken = 0;
  const matrices = {
    ...threads,
    async run(...given: Parameters<typeof threads.run>) {
      begun++;
      most = Math.max(most, begun - taken);
      const values = await threads.run(...given);
      // Whoever adds them up takes them in their order, one after the other.
      queueMicrotask(() => taken++);
      return values;
    },
  };
  const [choice] = CHOICES;
  if (!choice) throw new Error('there are choices');
  const { backend } = createCountingBackend();
  const one = { ...backend, parts: { length: 48, atOnce: 1 } };
  (await combine(many, choice, { backend: one, matrices })).free();
  expect(most).toBeLessThanOrEqual(2 * (2 + 1));
  threads.dispose();
});

it.each([
  { atOnce: 1, asked: ['matrix', 'matrix'] },
  { atOnce: 2, asked: ['kernel', 'kernel', 'kernel', 'matrix', 'matrix', 'matrix'] },
])(
  'asks for one more than $atOnce at once, of the next tensor too where there are threads',
  async ({ atOnce, asked }) => {
    const names: string[] = [];
    const matrices: MatrixJobs = {
      atOnce,
      async run(prepare, signal) {
        const job = await prepare();
        if (isThinning(job)) names.push(job.tensor.name);
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
        );
      },
    };
    const [choice] = CHOICES;
    if (!choice) throw new Error('there are choices');
    const controller = new AbortController();
    const { backend } = createCountingBackend();
    const parts = { length: 48, atOnce: 1 };
    const combining = combine(pool, choice, {
      backend: { ...backend, parts },
      matrices,
      signal: controller.signal,
    });
    await expect.poll(() => names.toSorted()).toEqual(asked);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(names.toSorted()).toEqual(asked);
    controller.abort();
    await expect(combining).rejects.toThrow('aborted');
  },
);

describe('a job that fails', () => {
  const options = { density: 0.5, epsilon: 0.1, rescale: false, seed: 0 };
  const job: ThinningJob = {
    work: { kind: 'thinning', thinning: { by: 'chance', options } },
    tensor: { name: 'row', shape: [1, 2 ** 33], expert: 0 },
    weight: 1,
    tensors: [new Float32Array(4)],
  };
  const failure = (failing: ThinningJob): unknown => {
    try {
      return createMatrixWork()(failing);
    } catch (error) {
      return error;
    }
  };

  it('names the tensor that there is no memory for', () => {
    expect(failure(job)).toMatchObject({
      name: 'DeviceError',
      message: expect.stringMatching(
        /^There is no memory for merging a tensor of 1 x 8589934592: Invalid typed array length/,
      ),
      cause: expect.any(RangeError),
    });
  });

  it('for another reason says that', () => {
    const planted = new Error('planted');
    const failing = {
      ...job,
      get tensor(): ThinningJob['tensor'] {
        throw planted;
      },
    };
    expect(failure(failing)).toBe(planted);
  });
});
