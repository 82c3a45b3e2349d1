/**
 * Singular values, singular vectors and polar factors of matrices with no more rows than columns, by the eigenvalues of
 * `M M'` in float64: for float32 matrices that is exact enough, and a quarter of the work of a whole decomposition.
 */
import type { Block, Products } from '../../runtime/linear-algebra/matrix';
import { roomForEigen, symmetricEigen } from '../../runtime/linear-algebra/symmetric-eigen';
import { addSymmetric } from '../../runtime/linear-algebra/symmetric-product';
import { mirror, transpose } from '../../runtime/linear-algebra/transpose';
import { rankOf } from './directions';
import { room, takeMatrix } from './wide';

export interface Singular {
  /** All of them, descending. */
  readonly values: Float64Array;
  /** Row i is the left singular vector of value i, of as many of the largest as were asked for. */
  readonly vectors: Block;
}

/** Numbers to reserve for {@link leftSingular}, its matrix apart. */
export const roomForSingular = (rows: number, columns: number): number =>
  room(columns, rows) + 3 * room(rows, rows) + roomForEigen(rows);

/**
 * Of `rows` x `columns`, `rows <= columns`.
 *
 * @param count vectors to compute, those of the largest values
 */
export function leftSingular(
  products: Products,
  matrix: Block,
  rows: number,
  columns: number,
  count = rows,
): Singular {
  const turned = takeMatrix(products, columns, rows);
  transpose(matrix, rows, columns, turned);
  const gram = takeMatrix(products, rows, rows);
  addSymmetric(products, gram, matrix, turned, rows, columns);
  mirror(gram, rows);
  const eigen = symmetricEigen(products, gram, rows, count);
  // Ascending there; rows from the last to the first are a block of their own only when copied.
  const vectors = takeMatrix(products, count, rows);
  for (let i = 0; i < count; i++) {
    const from = eigen.vectors.at + (count - 1 - i) * eigen.vectors.stride;
    vectors.data.set(
      eigen.vectors.data.subarray(from, from + rows),
      vectors.at + i * vectors.stride,
    );
  }
  const values = eigen.values.map((value) => Math.sqrt(Math.max(0, value))).reverse();
  return { values, vectors };
}

/**
 * The first `count` right singular vectors as rows of a new matrix, zero from `known` on: row i is `u_i' M` brought to length 1,
 * which is exact where the square of a small value is not. Reserve `room(count, columns)`.
 */
export function rightSingular(
  products: Products,
  { values, vectors }: Singular,
  matrix: Block,
  rows: number,
  columns: number,
  count: number,
  known = rankOf(values),
): Block {
  const right = takeMatrix(products, count, columns);
  const told = Math.min(count, known);
  products.multiplyAdd(right, vectors, matrix, told, columns, rows);
  for (let i = 0; i < told; i++) {
    let squares = 0;
    for (let j = i * columns; j < (i + 1) * columns; j++) squares += (right.data[j] as number) ** 2;
    const length = Math.sqrt(squares);
    for (let j = i * columns; j < (i + 1) * columns; j++) {
      right.data[j] = (right.data[j] as number) / length;
    }
  }
  return right;
}

/** Numbers to reserve for {@link inverseRoot} and for {@link addPolar}. */
export const roomForInverseRoot = (rows: number): number => 3 * room(rows, rows);

/**
 * `strength (M M')^(-1/2)`, which makes of M `strength U V'`: every singular value becomes `strength`. Values that are not told
 * from rounding become 0.
 *
 * @param singular of M, with all vectors
 */
export function inverseRoot(
  products: Products,
  { values, vectors }: Singular,
  strength: number,
  rows: number,
): Block {
  const rank = rankOf(values);
  const scaled = takeMatrix(products, rank, rows);
  for (let i = 0; i < rank; i++) {
    const factor = Math.sqrt(strength / (values[i] as number));
    for (let j = i * rows; j < (i + 1) * rows; j++) {
      scaled.data[j] = factor * (vectors.data[j] as number);
    }
  }
  const turned = takeMatrix(products, rows, rank);
  transpose(scaled, rank, rows, turned);
  const root = takeMatrix(products, rows, rows);
  addSymmetric(products, root, turned, scaled, rows, rank);
  mirror(root, rows);
  return root;
}

/** `out += strength U V'`: see {@link inverseRoot}. */
export function addPolar(
  products: Products,
  singular: Singular,
  strength: number,
  matrix: Block,
  rows: number,
  columns: number,
  out: Block,
): void {
  const root = inverseRoot(products, singular, strength, rows);
  products.multiplyAdd(out, root, matrix, rows, columns, rows);
}
