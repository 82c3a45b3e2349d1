/** Tensors of two dimensions as matrices of float64 with no more rows than columns: what stands otherwise is turned. */
import {
  type Block,
  block,
  type Products,
  ROOM_BETWEEN,
} from '../../runtime/linear-algebra/matrix';

/** Sizes of a tensor of two dimensions. */
export interface Shape {
  readonly rows: number;
  readonly columns: number;
}

/** Its short and its long side. */
export interface Sides {
  readonly short: number;
  readonly long: number;
  readonly isTurned: boolean;
}

export function sidesOf({ rows, columns }: Shape): Sides {
  return {
    short: Math.min(rows, columns),
    long: Math.max(rows, columns),
    isTurned: rows > columns,
  };
}

/** Numbers to reserve for a matrix of these sizes. */
export const room = (rows: number, columns: number): number => rows * columns + ROOM_BETWEEN;

/** A matrix of zeros. */
export function takeMatrix(products: Products, rows: number, columns: number): Block {
  return block(products.take(rows * columns), columns);
}

/** Adds `factor` times a tensor to a wide matrix. */
export function addTensor(
  to: Block,
  values: Float32Array,
  { short, long, isTurned }: Sides,
  factor = 1,
): void {
  const { data, at, stride } = to;
  for (let i = 0; i < short; i++) {
    const row = at + i * stride;
    for (let j = 0; j < long; j++) {
      const value = values[isTurned ? j * short + i : i * long + j] as number;
      data[row + j] = (data[row + j] as number) + factor * value;
    }
  }
}

/** A wide matrix as the tensor it stands for, rounded to float32. */
export function toTensor(
  from: Block,
  { short, long, isTurned }: Sides,
  out: Float32Array,
  factor = 1,
): void {
  for (let i = 0; i < short; i++) {
    const row = from.at + i * from.stride;
    for (let j = 0; j < long; j++) {
      out[isTurned ? j * short + i : i * long + j] = factor * (from.data[row + j] as number);
    }
  }
}
