import { describe, expect, it } from 'vitest';
import { noise } from '../../runtime/linear-algebra/matrices.fixture';
import { createReferenceProducts } from '../../runtime/linear-algebra/reference';
import { createSimdProducts } from '../../runtime/linear-algebra/simd';
import { type LowRank, lowRankFactors, readLowRank } from './low-rank';
import { findSubspaces, readSubspaces } from './subspaces';
import type { Shape } from './wide';

const flat = (rows: number, columns: number) =>
  Float32Array.from(noise(rows, columns).flatMap((row, i) => [...row].map((x) => x / (1 + i))));
const products = createReferenceProducts();

function factors(change: Float32Array, shape: Shape, rank: number, dtype: 'F32' | 'F16' = 'F32') {
  return readLowRank(lowRankFactors(products, change, shape, rank, dtype), shape, rank);
}

/** By its definition. */
function errorOf({ a, b }: LowRank, change: Float32Array, { rows, columns }: Shape, rank: number) {
  let squares = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < rank; k++) sum += (b[i * rank + k] ?? 0) * (a[k * columns + j] ?? 0);
      squares += ((change[i * columns + j] ?? 0) - sum) ** 2;
    }
  }
  return squares;
}

describe.each<[string, Shape]>([
  ['wide', { rows: 6, columns: 11 }],
  ['tall', { rows: 11, columns: 6 }],
  ['square', { rows: 7, columns: 7 }],
])('the nearest matrix of a rank to a %s one', (_, shape) => {
  const { rows, columns } = shape;
  const change = flat(rows, columns);
  const [values] = readSubspaces(findSubspaces(products, [change], shape), shape, 1).values;
  const tail = (rank: number) =>
    [...(values ?? [])].slice(rank).reduce((sum, value) => sum + value ** 2, 0);

  it.each([1, 2, 5])(
    'of rank %i is as far from it as the singular values that are left',
    (rank) => {
      const found = factors(change, shape, rank);
      expect(found.a).toHaveLength(rank * columns);
      expect(found.b).toHaveLength(rows * rank);
      expect(errorOf(found, change, shape, rank) / found.squares).toBeCloseTo(
        tail(rank) / found.squares,
        6,
      );
      expect(found.squaredError / found.squares).toBeCloseTo(
        errorOf(found, change, shape, rank) / found.squares,
        6,
      );
    },
  );

  it('of all of its rank is itself', () => {
    const found = factors(change, shape, Math.min(rows, columns));
    expect(found.squaredError / found.squares).toBeLessThan(1e-12);
  });

  it('tells the error of the factors as they are rounded', () => {
    const exact = factors(change, shape, Math.min(rows, columns));
    const half = factors(change, shape, Math.min(rows, columns), 'F16');
    expect(half.squaredError).toBeGreaterThan(100 * exact.squaredError);
    expect(half.squaredError).toBeLessThan(1e-5 * half.squares);
  });

  it('has the same bits in SIMD', () => {
    const simd = createSimdProducts();
    if (!simd) throw new Error('this machine has no SIMD');
    expect(lowRankFactors(simd, change, shape, 3, 'F32')).toEqual(
      lowRankFactors(products, change, shape, 3, 'F32'),
    );
  });

  it('of nothing is nothing', () => {
    const found = factors(new Float32Array(rows * columns), shape, 2);
    expect([...found.a, ...found.b, found.squares, found.squaredError].every((x) => x === 0)).toBe(
      true,
    );
  });
});

it('refuses numbers that are no factors of such a matrix', () => {
  expect(() => readLowRank(new Float32Array(10), { rows: 3, columns: 4 }, 2)).toThrow(
    '10 numbers are no factors of 3 x 4',
  );
});
