/**
 * A matrix put together of singular values and vectors of several others: vectors of different matrices are not at right angles
 * to each other, and are replaced by the nearest that are, the polar factors of all left and of all right ones.
 */
import { type Block, block, type Products } from '../../runtime/linear-algebra/matrix';
import { transpose } from '../../runtime/linear-algebra/transpose';
import { inverseRoot, leftSingular, roomForInverseRoot, roomForSingular } from './singular';
import { room, type Sides, takeMatrix, toTensor } from './wide';

/** Vectors row by row, one for each value; a direction that is not known is a row of zeros. */
export interface Triples {
  readonly lefts: Float64Array;
  readonly rights: Float64Array;
  readonly values: readonly number[];
}

/**
 * `out = polar(L)' diag(values) polar(R)`, `L` and `R` the vectors. What was taken from `products` before is gone.
 *
 * Computed as `L' ((L L')^(-1/2) diag(values) (R R')^(-1/2)) R`, so that only one product has the long side.
 */
export function putTogether(
  products: Products,
  { lefts, rights, values }: Triples,
  sides: Sides,
  out: Float32Array,
): void {
  const { short, long } = sides;
  const count = values.length;
  const left = orthogonalizer(products, lefts, count, short);
  const right = orthogonalizer(products, rights, count, long);
  products.reserve(
    3 * room(count, count) + 3 * room(short, count) + room(count, long) + room(short, long),
  );
  const scaled = copied(products, right, count, count);
  for (const [i, value] of values.entries()) {
    for (let j = i * count; j < (i + 1) * count; j++) {
      scaled.data[j] = value * (scaled.data[j] as number);
    }
  }
  const core = takeMatrix(products, count, count);
  products.multiplyAdd(core, copied(products, left, count, count), scaled, count, count, count);
  const columns = takeMatrix(products, short, count);
  transpose(copied(products, lefts, count, short), count, short, columns);
  const shares = takeMatrix(products, short, count);
  products.multiplyAdd(shares, columns, core, short, count, count);
  const merged = takeMatrix(products, short, long);
  products.multiplyAdd(merged, shares, copied(products, rights, count, long), short, long, count);
  toTensor(merged, sides, out);
}

/**
 * What makes of `count` rows, `count <= length`, the nearest at right angles of length 1 (their polar factor): the inverse root of
 * their Gram matrix.
 */
function orthogonalizer(
  products: Products,
  rows: Float64Array,
  count: number,
  length: number,
): Float64Array {
  products.reserve(
    room(count, length) + roomForSingular(count, length) + roomForInverseRoot(count),
  );
  const matrix = copied(products, rows, count, length);
  const singular = leftSingular(products, matrix, count, length);
  return inverseRoot(products, singular, 1, count).data.slice();
}

function copied(products: Products, rows: Float64Array, count: number, length: number): Block {
  const data = products.take(count * length);
  data.set(rows.subarray(0, count * length));
  return block(data, length);
}
