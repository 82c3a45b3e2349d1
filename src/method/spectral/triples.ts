/**
 * A matrix put together of singular values and vectors of several others: vectors of different matrices are not at right angles
 * to each other, and are replaced by the nearest that are, the polar factors of all left and of all right ones.
 */
import { type Block, block, type Products } from '../../runtime/linear-algebra/matrix';
import { addPolar, leftSingular, roomForPolar, roomForSingular } from './singular';
import { room, type Sides, takeMatrix, toTensor, transpose } from './wide';

/** Vectors row by row, one for each value; a direction that is not known is a row of zeros. */
export interface Triples {
  readonly lefts: Float64Array;
  readonly rights: Float64Array;
  readonly values: readonly number[];
}

/** `out = polar(L)' diag(values) polar(R)`, `L` and `R` the vectors. What was taken from `products` before is gone. */
export function putTogether(
  products: Products,
  { lefts, rights, values }: Triples,
  sides: Sides,
  out: Float32Array,
): void {
  const { short, long } = sides;
  const count = values.length;
  const left = orthogonal(products, lefts, count, short);
  const right = orthogonal(products, rights, count, long);
  products.reserve(room(count, short) + room(short, count) + room(count, long) + room(short, long));
  const leftRows = copied(products, left, count, short);
  const leftColumns = takeMatrix(products, short, count);
  transpose(leftRows, count, short, leftColumns);
  const rightRows = copied(products, right, count, long);
  for (const [i, value] of values.entries()) {
    for (let j = i * long; j < (i + 1) * long; j++) {
      rightRows.data[j] = value * (rightRows.data[j] as number);
    }
  }
  const merged = takeMatrix(products, short, long);
  products.multiplyAdd(merged, leftColumns, rightRows, short, long, count);
  toTensor(merged, sides, out);
}

/** The nearest rows at right angles of length 1 (the polar factor), of `count` rows, `count <= length`. */
function orthogonal(
  products: Products,
  rows: Float64Array,
  count: number,
  length: number,
): Float64Array {
  products.reserve(
    2 * room(count, length) + roomForSingular(count, length) + roomForPolar(count, length),
  );
  const matrix = copied(products, rows, count, length);
  const singular = leftSingular(products, matrix, count, length);
  const polar = takeMatrix(products, count, length);
  addPolar(products, singular, 1, matrix, count, length, polar);
  return polar.data.slice();
}

function copied(products: Products, rows: Float64Array, count: number, length: number): Block {
  const data = products.take(count * length);
  data.set(rows.subarray(0, count * length));
  return block(data, length);
}
