import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { factorize, roomForSolve, solveRows } from './cholesky';
import { filled, gram, noise } from './matrices.fixture';
import { block, type Products, ROOM_BETWEEN } from './matrix';
import { createReferenceProducts } from './reference';
import { createSimdProducts } from './simd';

const { systems } = JSON.parse(
  readFileSync(new URL('../../../reference/fixtures/linear-algebra.json', import.meta.url), 'utf8'),
) as { systems: { order: number; rows: number; corner: number[][]; sums: number[] }[] };

/** As `system` of reference/groups/linear_algebra.py. */
function solve(products: Products, order: number, rows: number): number[][] {
  const matrix = gram(order, 1 + Math.floor(order / 3));
  const trace = matrix.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  products.reserve(order * order + rows * order + 4 * ROOM_BETWEEN + 2 * roomForSolve(order, rows));
  const a = block(products.take(order * order), order);
  const right = block(products.take(rows * order), order);
  for (const [i, row] of matrix.entries()) {
    // The lower half is not looked at.
    for (const [j, value] of row.entries()) a.data[i * order + j] = j < i ? Number.NaN : value;
    a.data[i * order + i] = (row[i] ?? 0) + (0.1 * trace) / order;
  }
  for (const [i, row] of noise(rows, order).entries()) right.data.set(row, i * order);
  factorize(products, a, order);
  solveRows(products, a, order, right, rows);
  return filled(rows, order, (i, j) => right.data[i * order + j] ?? 0);
}

describe.each(systems)('a system of $order, $rows right sides', ({ order, rows, corner, sums }) => {
  const solution = solve(createReferenceProducts(), order, rows);

  it('has LAPACK’s solution', () => {
    const found = solution.map((row) => row.reduce((sum, value) => sum + value, 0));
    expect(found).toHaveLength(sums.length);
    for (const [i, sum] of sums.entries()) expect(found[i]).toBeCloseTo(sum, 9);
    for (const [i, row] of corner.entries()) {
      for (const [j, value] of row.entries()) expect(solution[i]?.[j]).toBeCloseTo(value, 10);
    }
  });

  it('has the same bits in SIMD', () => {
    const products = createSimdProducts();
    if (!products) throw new Error('this machine has no SIMD');
    expect(solve(products, order, rows)).toEqual(solution);
  });
});

it.each([
  [[[0]]],
  [
    [
      [1, 2],
      [2, 1],
    ],
  ],
  [[[Number.NaN]]],
])('%j is refused, for it is not positive definite', (matrix) => {
  const order = matrix.length;
  const a = block(Float64Array.from(matrix.flat()), order);
  expect(() => factorize(createReferenceProducts(), a, order)).toThrow(RangeError);
});
