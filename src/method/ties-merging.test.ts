import { describe, expect, it } from 'vitest';
import { fixtureJson } from '../clip/testing';
import { createCpuBackend } from '../runtime/cpu/backend';
import { plainTaskVectors } from './task-vectors';
import { mergeVectors, vectorPool } from './testing/pool';
import { findThresholds, rankOf } from './ties/threshold';
import { tiesMerging } from './ties-merging';

const { manyExperts } = fixtureJson<{
  manyExperts: {
    threshold: number;
    taskVectors: number[][];
    merged: Record<string, Record<string, number[]>>;
  };
}>('methods/numbers.json');

const zeros = (length: number) => new Array<number>(length).fill(0);

describe('TIES-Merging', () => {
  const cases = Object.entries(manyExperts.merged).flatMap(([count, functions]) =>
    Object.entries(functions).map(([func, expected]) => ({ count: Number(count), func, expected })),
  );
  it.each(cases)('adds up $count experts in torch’s order ($func)', async (row) => {
    const vectors = manyExperts.taskVectors.slice(0, row.count);
    const pool = vectorPool(
      { a: zeros(64) },
      vectors.map((values) => ({ a: values })),
    );
    const options = { threshold: manyExperts.threshold, merge_func: row.func };
    const merged = await mergeVectors(pool, { method: tiesMerging, options });
    expect(merged.a).toEqual(row.expected);
  });

  it('trims across tensors, not within each', async () => {
    const pool = vectorPool({ a: zeros(4), b: zeros(6) }, [
      { a: [9, -8, 7, 6], b: [1, 2, 3, -4, 5, 0] },
    ]);
    const merged = await mergeVectors(pool, { method: tiesMerging, options: { threshold: 40 } });
    // As `kthvalue` has it, the largest of what should go is kept as well.
    expect(merged).toEqual({ a: [9, -8, 7, 6], b: [0, 0, 0, 0, 5, 0] });
  });

  it('keeps everything at 100 and at 1, and one element at 0', async () => {
    const pool = vectorPool({ a: zeros(4) }, [{ a: [4, -3, 2, 1] }]);
    const at = async (threshold: number) =>
      (await mergeVectors(pool, { method: tiesMerging, options: { threshold } })).a;
    expect(await at(100)).toEqual([4, -3, 2, 1]);
    expect(await at(1)).toEqual([4, -3, 2, 1]);
    expect(await at(0)).toEqual([4, 0, 0, 0]);
  });

  it('leaves removed tensors to the base, and out of the count', async () => {
    const pool = vectorPool({ a: [5, 5], b: zeros(4) }, [{ a: [105, 205], b: [4, 3, 2, 1] }]);
    for (const remove_keys of [['a'], ['vision_model.a']]) {
      const merged = await mergeVectors(pool, {
        method: tiesMerging,
        options: { threshold: 50, remove_keys },
      });
      expect(merged).toEqual({ a: [5, 5], b: [4, 3, 2, 0] });
    }
  });

  it('gives cancelled elements the sign of the majority', async () => {
    const options = { threshold: 100 };
    const mostly = async (sign: number) => {
      const pool = vectorPool({ a: zeros(3) }, [{ a: [2, sign, sign] }, { a: [-2, sign, sign] }]);
      return (await mergeVectors(pool, { method: tiesMerging, options })).a?.[0];
    };
    expect(await mostly(1)).toBe(2);
    expect(await mostly(-1)).toBe(-2);
    // Positive and negative signs alike: FusionBench's `where` takes the negative entries.
    const drawn = vectorPool({ a: zeros(3) }, [{ a: [2, 1, -1] }, { a: [-2, 1, -1] }]);
    expect((await mergeVectors(drawn, { method: tiesMerging, options })).a?.[0]).toBe(-2);
  });

  it('divides by the number of those that agree', async () => {
    const pool = vectorPool({ a: [0] }, [{ a: [4] }, { a: [-3] }, { a: [1] }]);
    const merge = async (merge_func: string) =>
      (await mergeVectors(pool, { method: tiesMerging, options: { threshold: 100, merge_func } }))
        .a?.[0];
    expect([await merge('sum'), await merge('mean'), await merge('max')]).toEqual([5, 2.5, 4]);
  });
});

describe('the threshold of an expert', () => {
  it('is the k-th smallest magnitude, bit for bit, whatever the distribution', async () => {
    let state = 1;
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32 - 0.5;
    };
    const distributions = [
      () => random(),
      // Most of it in one bin of the upper bits, so that the lower decide.
      () => 1 + random() * 1e-4,
      () => 10 ** (random() * 80) * Math.sign(random()),
      () => Math.round(random() * 4),
      () => random() * 1e-40,
    ];
    const values = distributions.map((draw) =>
      Array.from({ length: 999 }, () => Math.fround(draw())),
    );
    const pool = vectorPool(
      { a: zeros(333), b: zeros(333), c: zeros(333) },
      values.map((all) => ({ a: all.slice(0, 333), b: all.slice(333, 666), c: all.slice(666) })),
    );
    const backend = createCpuBackend();
    for (const percent of [0, 0.35, 5, 20, 50, 99.95]) {
      const found = await findThresholds(
        pool,
        percent,
        () => true,
        plainTaskVectors(pool, backend),
        {
          backend,
          visited: () => undefined,
        },
      );
      const sorted = values.map((all) => all.map(Math.abs).sort((a, b) => a - b));
      expect(found).toEqual(sorted.map((all) => all[rankOf(999, percent) - 1]));
    }
  });
});
