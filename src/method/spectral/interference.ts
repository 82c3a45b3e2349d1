/**
 * What WUDI minimises for one matrix. Cheng et al., "Whoever Started the Interference Should End It: Guiding Data-Free Model
 * Merging via Task Vectors" (2025): `sum |(X - t_i) t_i'|^2 / |t_i|^2`, whose gradient is `2 (X A - B)` with
 * `A = sum t_i' t_i / |t_i|^2` and `B = sum t_i t_i' t_i / |t_i|^2`.
 */
import type { Block, Products } from '../../runtime/linear-algebra/matrix';
import { addSymmetric } from '../../runtime/linear-algebra/symmetric-product';
import { mirror, transpose } from '../../runtime/linear-algebra/transpose';
import { room, type Shape, takeMatrix } from './wide';

export interface Interference {
  /** Symmetric, of `columns` rows; only its upper half is there. */
  readonly a: Block;
  readonly b: Block;
  /** Of the task vectors. */
  readonly sum: Float64Array;
  /** No expert changed anything. */
  readonly isNothing: boolean;
}

/** Numbers to reserve for {@link interferenceOf}. */
export const roomForInterference = ({ rows, columns }: Shape): number =>
  room(columns, columns) + 3 * room(rows, columns) + room(columns, rows) + room(rows, rows);

/** @param taskVectors of each expert, row by row */
export function interferenceOf(
  products: Products,
  taskVectors: readonly Float32Array[],
  { rows, columns }: Shape,
): Interference {
  const a = takeMatrix(products, columns, columns);
  const b = takeMatrix(products, rows, columns);
  const vector = takeMatrix(products, rows, columns);
  const scaled = takeMatrix(products, rows, columns);
  const turned = takeMatrix(products, columns, rows);
  const rowGram = takeMatrix(products, rows, rows);
  const sum = new Float64Array(rows * columns);
  let isNothing = true;
  for (const values of taskVectors) {
    let squares = 0;
    for (const value of values) squares += value * value;
    for (let i = 0; i < values.length; i++) {
      sum[i] = (sum[i] as number) + (values[i] as number);
    }
    // An expert that leaves the matrix as it is asks for nothing; FusionBench divides 0 by 0 there.
    if (squares === 0) continue;
    isNothing = false;
    vector.data.set(values);
    transpose(vector, rows, columns, turned);
    for (let i = 0; i < values.length; i++) scaled.data[i] = (values[i] as number) / squares;
    addSymmetric(products, a, turned, scaled, columns, rows);
    rowGram.data.fill(0);
    addSymmetric(products, rowGram, vector, turned, rows, columns);
    mirror(rowGram, rows);
    products.multiplyAdd(b, rowGram, scaled, rows, columns, rows);
  }
  return { a, b, sum, isNothing };
}
