import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { noise } from '../../runtime/linear-algebra/matrices.fixture';
import type { Products } from '../../runtime/linear-algebra/matrix';
import { createReferenceProducts } from '../../runtime/linear-algebra/reference';
import { createSimdProducts } from '../../runtime/linear-algebra/simd';
import { type MatrixJob, mergeMatrix } from './merge-matrix';
import { spacesOf } from './task-spaces';
import type { Shape } from './wide';

interface Case extends Shape {
  readonly experts: number;
  readonly isotropic: readonly number[];
  readonly taskSpaces: readonly number[];
  readonly taskSingularVectors: readonly number[];
  readonly wudi: readonly number[];
  readonly wudiByAdam: readonly number[];
}
interface LowRank extends Shape {
  /** Of the sum. */
  readonly rank: number;
  readonly taskVectors: readonly (readonly number[])[];
  readonly isotropic: readonly number[];
}
interface Sampled {
  readonly rms: number;
  readonly elements: readonly number[];
}
interface Large extends Shape {
  readonly experts: number;
  readonly merged: Readonly<Partial<Record<'isotropic' | 'taskSingularVectors' | 'wudi', Sampled>>>;
}
const { cases, commonSpaceFraction, steps, large, lowRank } = JSON.parse(
  readFileSync(new URL('../../../reference/fixtures/spectral.json', import.meta.url), 'utf8'),
) as {
  cases: Case[];
  commonSpaceFraction: number;
  steps: number;
  large: Large[];
  lowRank: LowRank;
};

/** As reference/groups/spectral.py makes them. */
function taskVectorsOf({ rows, columns, experts }: Case): Float32Array<ArrayBuffer>[] {
  const grid = noise(rows, columns * experts);
  return Array.from({ length: experts }, (_, e) =>
    Float32Array.from({ length: rows * columns }, (__, k) => {
      const i = Math.floor(k / columns);
      return (grid[i]?.[e * columns + (k % columns)] ?? Number.NaN) / (1 + i);
    }),
  );
}

function sumOf(taskVectors: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  // In float64: the reference's sum of these is exact, and so is this before it is rounded.
  const [first] = taskVectors;
  return Float32Array.from(first ?? [], (_, k) =>
    taskVectors.reduce((sum, values) => sum + (values[k] ?? 0), 0),
  );
}

type Work = MatrixJob['work'];
const METHODS: readonly {
  readonly name: 'isotropic' | 'taskSpaces' | 'taskSingularVectors' | 'wudi' | 'wudiByAdam';
  readonly work: Work;
}[] = [
  { name: 'isotropic', work: { kind: 'isotropic' } },
  { name: 'taskSpaces', work: { kind: 'task spaces', commonSpaceFraction } },
  { name: 'taskSingularVectors', work: { kind: 'task singular vectors' } },
  { name: 'wudi', work: { kind: 'wudi', solver: 'exact' } },
  { name: 'wudiByAdam', work: { kind: 'wudi', solver: 'adam', steps } },
];

describe.each(METHODS)('$name', ({ name, work }) => {
  const merge = (products: Products, given: Case, taskVectors: Float32Array<ArrayBuffer>[]) =>
    mergeMatrix(products, {
      work,
      shape: given,
      tensors: work.kind === 'isotropic' ? [sumOf(taskVectors)] : taskVectors,
    });
  const run = (products: Products, given: Case) => merge(products, given, taskVectorsOf(given));

  it.each(cases)('of $experts matrices of $rows x $columns is FusionBench’s', (given) => {
    const found = run(createReferenceProducts(), given);
    const expected = given[name];
    const size = Math.sqrt(expected.reduce((sum, x) => sum + x * x, 0) / expected.length);
    for (const [i, value] of found.entries()) {
      expect(Math.abs(value - (expected[i] ?? Number.NaN)) / size).toBeLessThan(2e-6);
    }
  });

  it.each(cases)('of $experts matrices of $rows x $columns has the same bits in SIMD', (given) => {
    const products = createSimdProducts();
    if (!products) throw new Error('this machine has no SIMD');
    expect(run(products, given)).toEqual(run(createReferenceProducts(), given));
  });

  it.each([createReferenceProducts(), createSimdProducts()])(
    'of nothing is nothing',
    (products) => {
      if (!products) throw new Error('this machine has no SIMD');
      for (const given of cases) {
        const zeros = taskVectorsOf(given).map((values) => values.fill(0));
        expect(merge(products, given, zeros).every((value) => value === 0)).toBe(true);
      }
    },
  );
});

describe.each(large)('of ViT-B/32’s size: $experts matrices of $rows x $columns', (given) => {
  const { rows, columns, experts, merged } = given;
  const grid = noise(rows, columns * experts);
  const taskVectors = () =>
    Array.from({ length: experts }, (_, e) =>
      Float32Array.from({ length: rows * columns }, (__, k) => {
        const i = Math.floor(k / columns);
        return (grid[i]?.[e * columns + (k % columns)] ?? Number.NaN) / Math.sqrt(1 + i);
      }),
    );
  // As docs/methods.md says of the classes; the closed form is float64 on both sides.
  const BOUNDS = { isotropic: 5e-5, taskSingularVectors: 3e-4, wudi: 1e-6 };

  it.each(METHODS.flatMap(({ name, work }) => (name in merged ? [[name, work] as const] : [])))(
    '%s is FusionBench’s',
    (name, work) => {
      const products = createSimdProducts();
      if (!products) throw new Error('this machine has no SIMD');
      const isKnown = name === 'isotropic' || name === 'taskSingularVectors' || name === 'wudi';
      const expected = isKnown ? merged[name] : undefined;
      if (!isKnown || !expected) throw new Error(`the fixture has no ${name}`);
      const tensors = work.kind === 'isotropic' ? [sumOf(taskVectors())] : taskVectors();
      const found = mergeMatrix(products, { work, shape: given, tensors });
      const { rms, elements } = expected;
      for (const [k, value] of elements.entries()) {
        const place = Math.floor((k * found.length) / elements.length);
        expect(Math.abs((found[place] ?? Number.NaN) - value) / rms).toBeLessThan(BOUNDS[name]);
      }
    },
    120_000,
  );
});

describe('task spaces', () => {
  it.each([
    // As FusionBench rounds: evenly among the experts, halves to the even number.
    [10, 0.5, 2, { common: 6, each: 2 }],
    [14, 0.5, 2, { common: 6, each: 4 }],
    [768, 0.8, 8, { common: 616, each: 19 }],
    [768, 0.8, 3, { common: 615, each: 51 }],
    [10, 1, 3, { common: 10, each: 0 }],
    // More than there are.
    [19, 0, 5, { common: 4, each: 3 }],
  ])('of %i directions, a fraction of %f and %i experts', (short, fraction, experts, expected) => {
    expect(spacesOf(short, fraction, experts)).toEqual(expected);
  });
});

describe('task vectors of low rank, as LoRA’s', () => {
  const { rank, isotropic: expected } = lowRank;
  const taskVectors = lowRank.taskVectors.map((values) => Float32Array.from(values));
  const size = (values: ArrayLike<number>) =>
    Math.sqrt(Array.from(values).reduce((sum, x) => sum + x * x, 0));
  const merge = (work: Work, tensors: Float32Array<ArrayBuffer>[]) =>
    mergeMatrix(createReferenceProducts(), { work, shape: lowRank, tensors });

  it('have FusionBench’s isotropic sum in the directions that they have, and nothing in others', () => {
    const merged = merge({ kind: 'isotropic' }, [sumOf(taskVectors)]);
    for (const [i, value] of merged.entries()) {
      const apart = Math.abs(value - (expected[i] ?? Number.NaN));
      expect(apart / size(expected)).toBeLessThan(1e-6);
    }
  });

  it.each<Work>([
    { kind: 'isotropic' },
    { kind: 'task spaces', commonSpaceFraction },
    { kind: 'task singular vectors' },
  ])('have no direction of rounding in what $kind makes of them', (work) => {
    // Any vector at right angles to all rows of the task vectors: what is left of one without its part in them.
    const rows = orthonormalRows(taskVectors, lowRank);
    expect(rows).toHaveLength(rank);
    const merged = merge(work, work.kind === 'isotropic' ? [sumOf(taskVectors)] : taskVectors);
    expect(size(merged)).toBeGreaterThan(1);
    const { columns } = lowRank;
    for (let start = 0; start < merged.length; start += columns) {
      const row = [...merged.subarray(start, start + columns)];
      expect(size(without(row, rows))).toBeLessThan(1e-5 * size(merged));
    }
  });
});

/** A vector without its parts in directions at right angles to each other. */
function without(vector: readonly number[], directions: readonly (readonly number[])[]): number[] {
  let rest = [...vector];
  for (const direction of directions) {
    const part = direction.reduce((sum, x, i) => sum + x * (rest[i] ?? 0), 0);
    rest = rest.map((x, i) => x - part * (direction[i] ?? 0));
  }
  return rest;
}

/** By Gram and Schmidt, twice over. */
function orthonormalRows(matrices: readonly Float32Array[], { columns }: Shape): number[][] {
  const found: number[][] = [];
  for (const matrix of matrices) {
    for (let start = 0; start < matrix.length; start += columns) {
      const row = [...matrix.subarray(start, start + columns)];
      const rest = without(without(row, found), found);
      const length = Math.hypot(...rest);
      if (length > 1e-6 * Math.hypot(...row)) found.push(rest.map((x) => x / length));
    }
  }
  return found;
}
