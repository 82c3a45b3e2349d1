/** The matrices of reference/groups/linear_algebra.py, and what tests measure about decompositions of them. */
import { block, type Products, ROOM_BETWEEN } from './matrix';
import { roomForEigen, symmetricEigen } from './symmetric-eigen';

type Rows = readonly (readonly number[])[];

/** As `noise` there: between -0.5 and 0.5. */
export function noise(rows: number, columns: number): number[][] {
  return filled(rows, columns, (i, j) => {
    let x = (i * 7919 + j * 104729 + 1) >>> 0;
    for (let round = 0; round < 3; round++) {
      x = Math.imul(x, 2654435761) >>> 0;
      x = (x ^ (x >>> 15)) >>> 0;
    }
    return x / 2 ** 32 - 0.5;
  });
}

export function filled(
  rows: number,
  columns: number,
  value: (i: number, j: number) => number,
): number[][] {
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (__, j) => value(i, j)),
  );
}

export function gram(size: number, rank: number): number[][] {
  const m = noise(size, rank);
  return filled(size, size, (i, j) => inner(m[i] ?? [], m[j] ?? []));
}

export function inner(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, k) => sum + value * (b[k] ?? 0), 0);
}

const wilkinson = (size: number, copies = 1): number[][] =>
  filled(size * copies, size * copies, (i, j) => {
    if (i === j) return Math.abs((i % size) - (size - 1) / 2);
    if (Math.abs(i - j) !== 1) return 0;
    return Math.max(i, j) % size === 0 ? 2 ** -40 : 1;
  });

const scaled = (matrix: Rows, factor: number) => matrix.map((row) => row.map((x) => x * factor));

export const MATRICES: Readonly<Record<string, () => number[][]>> = {
  one: () => noise(1, 1),
  zero: () => filled(40, 40, () => 0),
  identity: () => filled(50, 50, (i, j) => (i === j ? 1 : 0)),
  'all ones': () => filled(65, 65, () => 1),
  'two values': () => filled(60, 60, (i, j) => (i !== j ? 0 : i % 3 === 0 ? 2 : -1)),
  'symmetric noise': () => {
    const m = noise(100, 100);
    return filled(100, 100, (i, j) => (m[i]?.[j] ?? 0) + (m[j]?.[i] ?? 0));
  },
  wilkinson: () => wilkinson(41),
  'glued wilkinson': () => wilkinson(21, 6),
  graded: () => filled(48, 48, (i, j) => 2 ** -(i + j) + (i === j ? 2 ** -i : 0)),
  gram: () => gram(130, 200),
  'gram of low rank': () => gram(96, 8),
  large: () => scaled(gram(70, 70), 2 ** 300),
  small: () => scaled(gram(70, 70), 2 ** -300),
};

export interface Decomposed {
  readonly values: number[];
  readonly vectors: number[][];
}

/** @param count vectors, those of the largest values */
export function decompose(products: Products, matrix: Rows, count = matrix.length): Decomposed {
  const order = matrix.length;
  products.reserve(order * order + ROOM_BETWEEN + roomForEigen(order));
  const given = block(products.take(order * order), order);
  for (const [i, row] of matrix.entries()) given.data.set(row, i * order);
  const { values, vectors } = symmetricEigen(products, given, order, count);
  return {
    values: [...values],
    vectors: filled(count, order, (i, j) => vectors.data[vectors.at + i * vectors.stride + j] ?? 0),
  };
}

/** The largest deviations, relative to the largest eigenvalue: of `A v` from `x v`, and of the vectors' products from 0 and 1. */
export function deviations(matrix: Rows, { values, vectors }: Decomposed) {
  const size = Math.max(...values.map(Math.abs)) || 1;
  let residual = 0;
  let orthogonality = 0;
  for (const [i, vector] of vectors.entries()) {
    for (const [j, row] of matrix.entries()) {
      const expected = (values[i] ?? 0) * (vector[j] ?? 0);
      residual = Math.max(residual, Math.abs(inner(row, vector) - expected) / size);
    }
    for (const [j, other] of vectors.entries()) {
      const expected = i === j ? 1 : 0;
      orthogonality = Math.max(orthogonality, Math.abs(inner(vector, other) - expected));
    }
  }
  return { residual, orthogonality };
}
