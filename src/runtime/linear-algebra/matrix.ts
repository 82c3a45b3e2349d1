/** Matrices of float64, row by row, in memory that the products work in. */

/** A rectangle in an array: element (i, j) is `data[at + i * stride + j]`. */
export interface Block {
  readonly data: Float64Array;
  readonly at: number;
  readonly stride: number;
}

/** Products, and memory for what they work on. */
export interface Products {
  /**
   * Makes room for `length` numbers in all, and takes back all that was given out before: arrays of earlier are not to be
   * looked at any more.
   */
  reserve(length: number): void;
  /** Zeros, in the room that was made; `reserve` counts what lies between arrays as well (`ROOM_BETWEEN` each). */
  take(length: number): Float64Array;
  /**
   * `c += a b` with `rows` x `columns` of `c`. Every element is summed in the order of the inner index, each product and each
   * sum rounded to float64. `c` overlaps neither `a` nor `b`; all are taken from here.
   */
  multiplyAdd(c: Block, a: Block, b: Block, rows: number, columns: number, inner: number): void;
}

/** Numbers by which an array may begin later than the one before it ends. */
export const ROOM_BETWEEN = 8;

/** A block of `data` from its element `at`. */
export function block(data: Float64Array, stride: number, at = 0): Block {
  return { data, at, stride };
}
