/** The minimiser of WUDI's objective for one matrix, by one linear solve. See `interference.ts`. */
import { factorize, roomForSolve, solveRows } from '../../runtime/linear-algebra/cholesky';
import type { Products } from '../../runtime/linear-algebra/matrix';
import { interferenceOf, roomForInterference } from './interference';
import type { Shape } from './wide';

/** The ridge's share of A's mean diagonal: what no task vector speaks of stays near their sum. */
export const RIDGE = 0.1;

/**
 * Solves `X (A + e m I) = B + e m S`, m the mean diagonal of A, S the sum of the task vectors.
 *
 * @param taskVectors of each expert, row by row
 * @param out the merged task vector
 */
export function solveWudi(
  products: Products,
  taskVectors: readonly Float32Array[],
  shape: Shape,
  out: Float32Array,
): void {
  const { rows, columns } = shape;
  products.reserve(roomForInterference(shape) + 2 * roomForSolve(columns, rows));
  const { a, b, sum, isNothing } = interferenceOf(products, taskVectors, shape);
  if (isNothing) {
    out.fill(0);
    return;
  }
  let trace = 0;
  for (let i = 0; i < columns; i++) trace += a.data[i * columns + i] as number;
  const ridge = (RIDGE * trace) / columns;
  for (let i = 0; i < columns; i++) {
    a.data[i * columns + i] = (a.data[i * columns + i] as number) + ridge;
  }
  for (let i = 0; i < sum.length; i++) {
    b.data[i] = (b.data[i] as number) + ridge * (sum[i] as number);
  }
  factorize(products, a, columns);
  solveRows(products, a, columns, b, rows);
  for (let i = 0; i < out.length; i++) out[i] = b.data[i] as number;
}
