import { beforeAll, describe, expect, it } from 'vitest';
import { fixtureFiles, fixtureJson } from '../clip/testing';
import type { ModelPool } from '../modelpool/types';
import { createCpuBackend } from '../runtime/cpu/backend';
import { combine, mergeOnce } from './combine';
import { mergedFromCheckpoints, mergedFromCombination, mergedFromWeights } from './merged-values';
import { defaultOptions } from './options';
import { METHODS } from './registry';
import { createCountingBackend } from './testing/counting-backend';
import { mergeVectors, openPoolFiles, readPool, vectorPool } from './testing/pool';
import type { Method, MethodChoice } from './types';
import { readVisionTensor } from './vision-tensor';
import { allocateWeights, mergedWeights } from './weights';

const SHAPE = 'p8-24';
const WEIGHTS = [0.9, 1, -0.4, 0, 2];
let pool: ModelPool;
let weighted: ModelPool;

beforeAll(async () => {
  const { experts } = fixtureJson<{ experts: string[] }>(`merge/${SHAPE}/expected.json`);
  const files = await readPool(SHAPE, experts, fixtureFiles);
  pool = await openPoolFiles(files);
  weighted = await openPoolFiles(files, WEIGHTS);
});

/** As many experts as the method takes, with its defaults for that many, and few steps where it takes hundreds. */
function prepared(method: Method, from: ModelPool): { choice: MethodChoice; pool: ModelPool } {
  const experts = from.experts.slice(0, method.experts.max);
  const defaults = defaultOptions(method.options, experts.length);
  const options = 'iter_num' in defaults ? { ...defaults, iter_num: 3 } : defaults;
  return { choice: { method, options }, pool: { ...from, experts } };
}

const methods = METHODS.map((method) => [method.name, method] as const);
const withTaskVector = methods.filter(([, { kind }]) => kind === 'task vector');

describe.each(methods)('%s', (_name, method) => {
  it('gives the same from what is resident and from the checkpoints', async () => {
    const { choice, pool: taken } = prepared(method, weighted);
    const combination = await combine(taken, choice, { backend: createCpuBackend() });
    const resident = mergedFromCombination(combination, 0.37);
    const streamed = mergedFromCheckpoints(taken, choice, 0.37);
    const working = allocateWeights(combination.backend, combination.base);
    const applied = mergedWeights(combination, 0.37, () => working);
    for (const name of taken.mergedNames) {
      const expected = await streamed(name);
      expect(await resident(name)).toEqual(expected);
      const buffer = applied.get(name);
      expect(buffer && (await combination.backend.read(buffer))).toEqual(expected);
    }
  });

  it('holds its result and one tensor of each model, and gives everything back', async () => {
    const { choice, pool: taken } = prepared(method, pool);
    const counting = createCountingBackend();
    const combination = await combine(taken, choice, counting);
    const lengths = [...combination.base.values()].map(({ length }) => length);
    const model = lengths.reduce((sum, length) => sum + length, 0);
    // Base and result of the model; of one tensor a task vector per expert and four more (total, count, rest, input).
    const bound = 2 * model + (taken.experts.length + 4) * Math.max(...lengths);
    expect(counting.peak()).toBeLessThanOrEqual(bound);
    expect(counting.held()).toEqual({ elements: 2 * model, counters: 0 });
    combination.free();
    expect(counting.held()).toEqual({ elements: 0, counters: 0 });
  });

  it('gives the same in parts of tensors, several at once', async () => {
    const { choice, pool: taken } = prepared(method, weighted);
    const expected = mergedFromCheckpoints(taken, choice, 0.37);
    const counting = createCountingBackend();
    const backend = { ...counting.backend, parts: { length: 20, atOnce: 3 } };
    const combination = await combine(taken, choice, { backend });
    const merged = mergedFromCombination(combination, 0.37);
    for (const name of taken.mergedNames) expect(await merged(name)).toEqual(await expected(name));
    combination.free();
    expect(counting.held()).toEqual({ elements: 0, counters: 0 });
  });

  it('gives the same where it is merged once, and keeps nothing else', async () => {
    const { choice, pool: taken } = prepared(method, weighted);
    const expected = mergedFromCheckpoints(taken, choice, 0.37);
    for (const parts of [
      { length: Number.POSITIVE_INFINITY, atOnce: 1 },
      { length: 20, atOnce: 3 },
    ]) {
      const counting = createCountingBackend();
      const backend = { ...counting.backend, parts };
      const merged = await mergeOnce(taken, choice, 0.37, { backend });
      const lengths = [...merged.weights.values()].map(({ length }) => length);
      const model = lengths.reduce((sum, length) => sum + length, 0);
      expect(counting.held()).toEqual({ elements: model, counters: 0 });
      const values = mergedFromWeights(merged);
      expect([...merged.weights.keys()]).toEqual(taken.mergedNames);
      for (const name of taken.mergedNames)
        expect(await values(name)).toEqual(await expected(name));
      merged.free();
      expect(counting.held()).toEqual({ elements: 0, counters: 0 });
    }
  });

  it('tells its progress up to the end, and stops wherever it is told to', async () => {
    const { choice, pool: taken } = prepared(method, pool);
    const reports: [number, number][] = [];
    const whole = await combine(taken, choice, {
      backend: createCpuBackend(),
      onProgress: (done, total) => reports.push([done, total]),
    });
    whole.free();
    const total = taken.mergedNames.length * method.passes;
    expect(reports).toEqual(Array.from({ length: total }, (_, i) => [i + 1, total]));

    for (const stop of [1, Math.ceil(total / 2), total]) {
      const counting = createCountingBackend();
      const controller = new AbortController();
      const combining = combine(taken, choice, {
        backend: counting.backend,
        signal: controller.signal,
        onProgress: (done) => done === stop && controller.abort(),
      });
      await expect(combining).rejects.toThrow('aborted');
      expect(counting.held()).toEqual({ elements: 0, counters: 0 });
      const again = new AbortController();
      const merging = mergeOnce(taken, choice, 0.37, {
        backend: counting.backend,
        signal: again.signal,
        onProgress: (done) => done === stop && again.abort(),
      });
      await expect(merging).rejects.toThrow('aborted');
      expect(counting.held()).toEqual({ elements: 0, counters: 0 });
    }
  });

  it('scores the base where there is no expert', async () => {
    const alone = { ...pool, experts: [] };
    const combination = await combine(alone, { method }, { backend: createCpuBackend() });
    const name = 'embeddings.class_embedding';
    const merged = await mergedFromCombination(combination, 1)(name);
    expect(merged).toEqual(await readVisionTensor(pool.pretrained, name));
  });
});

describe.each(withTaskVector)('%s', (_name, method) => {
  it('gives the base at scaling factor 0', async () => {
    const { choice, pool: taken } = prepared(method, pool);
    const merged = mergedFromCheckpoints(taken, choice, 0);
    for (const name of taken.mergedNames) {
      expect(await merged(name)).toEqual(await readVisionTensor(taken.pretrained, name));
    }
  });

  it('scales each expert’s task vector by its weight in the pool, before anything else', async () => {
    const expert = (factor: number) => ({ a: [4, -6, 8, 10].map((value) => value * factor) });
    const other = { a: [5, 5, 5, -5] };
    const base = { a: [0, 0, 0, 0] };
    const choice = { method };
    const byWeight = vectorPool(base, [expert(1), other], [-0.5, 1]);
    const byHand = vectorPool(base, [expert(-0.5), other]);
    expect(await mergeVectors(byWeight, choice)).toEqual(await mergeVectors(byHand, choice));
  });
});

describe('the order of two experts', () => {
  const commutative = [
    'TaskArithmeticAlgorithm',
    'TiesMergingAlgorithm',
    'MagMaxAlgorithm',
    'SimpleAverageAlgorithm',
    'ModelStock',
  ];
  it.each(methods.filter(([name]) => commutative.includes(name)))(
    'does not matter to %s',
    async (_name, method) => {
      const pair = { ...pool, experts: pool.experts.slice(0, 2) };
      const forwards = mergedFromCheckpoints(pair, { method }, 0.3);
      const reversed = { ...pair, experts: pair.experts.toReversed() };
      const backwards = mergedFromCheckpoints(reversed, { method }, 0.3);
      for (const name of pair.mergedNames) {
        expect(await backwards(name)).toEqual(await forwards(name));
      }
    },
  );
});

describe('interpolations', () => {
  const ends = methods.filter(([, { takes }]) => takes === 'two models');
  it.each(ends)('of %s begin at the first model and end at the second', async (_name, method) => {
    const ofOne = vectorPool({ a: [1, 2, 3] }, [{ a: [-2, 1, 4] }]);
    const ofTwo = vectorPool({ a: [9, 9, 9] }, [{ a: [1, 2, 3] }, { a: [-2, 1, 4] }]);
    for (const [t, expected] of [
      [0, [1, 2, 3]],
      [1, [-2, 1, 4]],
    ] as const) {
      for (const models of [ofOne, ofTwo]) {
        const merged = await mergeVectors(models, { method, options: { t } });
        expect(merged.a?.map((value) => value + 0)).toEqual(expected);
      }
    }
  });
});
