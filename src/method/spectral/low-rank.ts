/**
 * The nearest matrix of a rank, as two factors: `B A` of the largest singular values, by Eckart and Young (1936) the least there is
 * by the Frobenius norm. Each value goes half into either factor, by its root, as PEFT's own extraction has it.
 */
import { decodeFloat32, encodeFloat32, type OutputDtype } from '../../checkpoint/dtype';
import type { Products } from '../../runtime/linear-algebra/matrix';
import { rankOf } from './directions';
import { leftSingular, rightSingular, roomForSingular } from './singular';
import { addTensor, room, type Shape, sidesOf, takeMatrix } from './wide';

export interface LowRank {
  /** `[rank, columns]`, row by row. */
  readonly a: Float32Array<ArrayBuffer>;
  /** `[rows, rank]`, row by row. */
  readonly b: Float32Array<ArrayBuffer>;
  /** Sums of squares: of the matrix, and of the matrix less `B A`. */
  readonly squares: number;
  readonly squaredError: number;
}

/**
 * @param change row by row
 * @param rank at most the shorter side
 * @param dtype what the factors are rounded to before the error is taken
 * @returns what {@link readLowRank} reads: a thread answers with one array
 */
export function lowRankFactors(
  products: Products,
  change: Float32Array,
  shape: Shape,
  rank: number,
  dtype: OutputDtype,
): Float32Array<ArrayBuffer> {
  const sides = sidesOf(shape);
  const { short, long, isTurned } = sides;
  products.reserve(
    room(short, long) +
      roomForSingular(short, long) +
      2 * room(rank, long) +
      room(short, rank) +
      room(short, long),
  );
  const matrix = takeMatrix(products, short, long);
  addTensor(matrix, change, sides);
  const singular = leftSingular(products, matrix, short, long, Math.min(rank, short));
  const known = Math.min(rank, rankOf(singular.values));
  const right = rightSingular(products, singular, matrix, short, long, rank, known);
  const left = new Float32Array(short * rank);
  const scaled = new Float32Array(rank * long);
  for (let k = 0; k < known; k++) {
    const root = Math.sqrt(singular.values[k] as number);
    const from = singular.vectors.at + k * singular.vectors.stride;
    for (let i = 0; i < short; i++) {
      left[i * rank + k] = root * (singular.vectors.data[from + i] as number);
    }
    for (let j = 0; j < long; j++) {
      scaled[k * long + j] = root * (right.data[right.at + k * right.stride + j] as number);
    }
  }
  const rounded = (values: Float32Array<ArrayBuffer>) =>
    decodeFloat32(encodeFloat32(values, dtype).slice(), dtype);
  const [u, v] = [rounded(left), rounded(scaled)];
  const first = takeMatrix(products, short, rank);
  const second = takeMatrix(products, rank, long);
  const product = takeMatrix(products, short, long);
  first.data.set(u);
  second.data.set(v);
  products.multiplyAdd(product, first, second, short, long, rank);
  let squares = 0;
  let squaredError = 0;
  for (let i = 0; i < short * long; i++) {
    const value = matrix.data[i] as number;
    squares += value ** 2;
    squaredError += (value - (product.data[i] as number)) ** 2;
  }
  const packed = new Float32Array(u.length + v.length + 2);
  // Of a tall matrix it is the transpose that was taken apart.
  packed.set(isTurned ? turned(u, short, rank) : v);
  packed.set(isTurned ? turned(v, rank, long) : u, rank * shape.columns);
  packed.set([squares, squaredError], u.length + v.length);
  return packed;
}

/** @throws RangeError where it is not what `lowRankFactors` gave for these */
export function readLowRank(
  packed: Float32Array<ArrayBuffer>,
  { rows, columns }: Shape,
  rank: number,
): LowRank {
  const end = rank * (rows + columns);
  if (packed.length !== end + 2) {
    throw new RangeError(`${packed.length} numbers are no factors of ${rows} x ${columns}`);
  }
  return {
    a: packed.slice(0, rank * columns),
    b: packed.slice(rank * columns, end),
    squares: packed[end] as number,
    squaredError: packed[end + 1] as number,
  };
}

function turned(values: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(values.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j] as number;
  }
  return out;
}
