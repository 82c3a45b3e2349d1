import { describe, expect, it } from 'vitest';
import type { ClipModel } from '../clip/types';
import type { ModelPool } from '../modelpool/types';
import type { TensorBackend } from '../runtime/types';
import { combine, mergeOnce } from './combine';
import { mergedFromCombination } from './merged-values';
import { defaultOptions, type MethodOptions } from './options';
import { METHODS } from './registry';
import { createCountingBackend } from './testing/counting-backend';
import { vectorPool } from './testing/pool';
import { sumExperts } from './ties/sum-experts';
import type { Method } from './types';
import { allocateWeights } from './weights';

/** Giving back what was taken cannot fail. */
const NEVER_FAIL = new Set(['free', 'freeCounts']);

const NOTHING = { elements: 0, counters: 0 };

/** Fails at the `n`-th call, from 1, of whatever it is handed. */
function failure(n: number) {
  let calls = 0;
  return {
    calls: () => calls,
    count() {
      if (++calls === n) throw new Error('planted');
    },
  };
}

function failingBackend(backend: TensorBackend, count: () => void): TensorBackend {
  const members = Object.entries(backend).map(([name, member]) => {
    if (NEVER_FAIL.has(name) || typeof member !== 'function') return [name, member];
    const work = (...args: unknown[]): unknown => {
      count();
      return member(...args);
    };
    return [name, work];
  });
  return Object.fromEntries(members);
}

function failingModel(model: ClipModel, count: () => void): ClipModel {
  const visionTensors = [...model.visionTensors].map(([name, source]) => {
    const read = async () => {
      count();
      return source.read();
    };
    return [name, { ...source, read }] as const;
  });
  return { ...model, visionTensors: new Map(visionTensors) };
}

/** Lets the first piece of work fail, then the second, and so on until all of it is done; returns how often it failed. */
async function failEverywhere(attempt: (count: () => void) => Promise<unknown>): Promise<number> {
  for (let n = 1; ; n++) {
    const planted = failure(n);
    const outcome = await attempt(planted.count).then(
      () => 'done',
      (error: Error) => error.message,
    );
    if (planted.calls() < n) {
      expect(outcome).toBe('done');
      return n - 1;
    }
    expect([n, outcome]).toEqual([n, 'planted']);
  }
}

/** A linear weight: some methods leave everything else alone. */
const LINEAR = 'encoder.layers.0.mlp.fc1.weight';
const EXPERTS = [
  { a: [4, -3, 2, 1], [LINEAR]: [1, 0, -5] },
  { a: [-1, 6, 0, 2], [LINEAR]: [0.5, 2, 2] },
  { a: [2, 2, -7, 3], [LINEAR]: [-3, 1, 4] },
];
const pool = vectorPool({ a: [0, 1, 0, 1], [LINEAR]: [1, 1, 1] }, EXPERTS, [], {
  a: [2, 2],
  [LINEAR]: [1, 3],
});

type Case = readonly [title: string, method: Method, given: MethodOptions];

/** Every method, those of TIES' kind with each way of merging. */
const cases = METHODS.flatMap((method): Case[] => {
  if (!method.options.some(({ name }) => name === 'merge_func')) return [[method.name, method, {}]];
  return ['sum', 'mean', 'max'].map((merge_func) => [
    `${method.name} (${merge_func})`,
    method,
    { merge_func },
  ]);
});

/** Everything that goes through a pool and holds what comes of it. */
const ways = {
  combine,
  mergeOnce: (...[pool, choice, context]: Parameters<typeof combine>) =>
    mergeOnce(pool, choice, 0.37, context),
};

describe.each(
  cases.flatMap((one) => Object.entries(ways).map(([name, way]) => [...one, name, way] as const)),
)('%s', (_, method, given, name, way) => {
  const experts = pool.experts.slice(0, method.experts.max);
  const options = { ...defaultOptions(method.options, experts.length), ...given };

  it(`gives back all memory in ${name}, whatever of the backend’s work fails`, async () => {
    const failures = await failEverywhere(async (count) => {
      const { backend, held } = createCountingBackend();
      const combining = way(
        { ...pool, experts },
        { method, options },
        { backend: failingBackend(backend, count) },
      );
      await combining.then(({ free }) => free()).finally(() => expect(held()).toEqual(NOTHING));
    });
    // Two tensors: uploads, allocations and arithmetic of each.
    expect(failures).toBeGreaterThanOrEqual(10);
  });

  it(`gives back all memory in ${name}, whichever tensor cannot be read`, async () => {
    const failures = await failEverywhere(async (count) => {
      const { backend, held } = createCountingBackend();
      const failing: ModelPool = {
        ...pool,
        pretrained: failingModel(pool.pretrained, count),
        experts: experts.map((expert) => ({ ...expert, model: failingModel(expert.model, count) })),
      };
      const combining = way(failing, { method, options }, { backend });
      await combining.then(({ free }) => free()).finally(() => expect(held()).toEqual(NOTHING));
    });
    expect(failures).toBeGreaterThanOrEqual(2 * (1 + experts.length));
  });
});

it('adding up more experts than one block holds gives back all memory, whatever fails', async () => {
  const failures = await failEverywhere(async (count) => {
    const { backend, held } = createCountingBackend();
    const failing = failingBackend(backend, count);
    const sum = backend.allocate(3);
    const adding = sumExperts(failing, sum, 35, (to) => failing.addScaled(to, sum, 1, false));
    await adding.finally(() => expect(held()).toEqual({ elements: 3, counters: 0 }));
  });
  expect(failures).toBeGreaterThan(35);
});

it('working weights are given back where there is no memory for all of them', async () => {
  const like = new Map([1, 2, 3].map((length) => [`${length}`, { length }]));
  const failures = await failEverywhere(async (count) => {
    const { backend, held } = createCountingBackend();
    try {
      allocateWeights(failingBackend(backend, count), like).free();
    } finally {
      expect(held()).toEqual(NOTHING);
    }
  });
  expect(failures).toBe(3);
});

it('writing out a merged tensor gives back what it took, whatever fails', async () => {
  const [method] = METHODS.filter(({ kind }) => kind === 'task vector');
  if (!method) throw new Error('there is a method with a task vector');
  const failures = await failEverywhere(async (count) => {
    const { backend, held } = createCountingBackend();
    const combination = await combine(pool, { method }, { backend });
    const before = held();
    const merged = mergedFromCombination(
      { ...combination, backend: failingBackend(backend, count) },
      0.5,
    );
    await merged('a').finally(() => expect(held()).toEqual(before));
  });
  expect(failures).toBe(3);
});
