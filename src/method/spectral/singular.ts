/**
 * Singular values, singular vectors and polar factors of matrices with no more rows than columns, by the eigenvalues of
 * `M M'` in float64: for float32 matrices that is exact enough, and a quarter of the work of a whole decomposition.
 */
import type { Block, Products } from '../../runtime/linear-algebra/matrix';
import { roomForEigen, symmetricEigen } from '../../runtime/linear-algebra/symmetric-eigen';
import { rankOf } from './directions';
import { addGram, mirror, room, takeMatrix, transpose } from './wide';

export interface Singular {
  /** Descending. */
  readonly values: Float64Array;
  /** Row i of `vectors` is the left singular vector of value i. */
  readonly vectors: Block;
}

/** Numbers to reserve for {@link leftSingular}, its matrix apart. */
export const roomForSingular = (rows: number, columns: number): number =>
  room(columns, rows) + 3 * room(rows, rows) + roomForEigen(rows);

/** Of `rows` x `columns`, `rows <= columns`. `turned` is room for M'. */
export function leftSingular(
  products: Products,
  matrix: Block,
  rows: number,
  columns: number,
): Singular {
  const turned = takeMatrix(products, columns, rows);
  transpose(matrix, rows, columns, turned);
  const gram = takeMatrix(products, rows, rows);
  addGram(products, gram, matrix, turned, rows, columns);
  mirror(gram, rows);
  const eigen = symmetricEigen(products, gram, rows);
  // Ascending there; rows from the last to the first are a block of their own only when copied.
  const vectors = takeMatrix(products, rows, rows);
  const values = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const from = eigen.vectors.at + (rows - 1 - i) * eigen.vectors.stride;
    vectors.data.set(
      eigen.vectors.data.subarray(from, from + rows),
      vectors.at + i * vectors.stride,
    );
    values[i] = Math.sqrt(Math.max(0, eigen.values[rows - 1 - i] as number));
  }
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

/** Numbers to reserve for {@link addPolar}. */
export const roomForPolar = (rows: number, columns: number): number =>
  room(rows, columns) + room(rows, rows);

/** `out += strength U V'`: M with every singular value `strength`. Values that are not told from rounding become 0. */
export function addPolar(
  products: Products,
  singular: Singular,
  strength: number,
  matrix: Block,
  rows: number,
  columns: number,
  out: Block,
): void {
  const rank = rankOf(singular.values);
  const right = rightSingular(products, singular, matrix, rows, columns, rank, rank);
  const left = takeMatrix(products, rows, rank);
  transpose(singular.vectors, rank, rows, left);
  for (let i = 0; i < left.data.length; i++) left.data[i] = strength * (left.data[i] as number);
  products.multiplyAdd(out, left, right, rows, columns, rank);
}
