/** The arithmetic of folding an update into a tensor: PEFT's `merge_and_unload` in fp32. */

import { elementCount } from '../../checkpoint/data-length';
import { readFloat32 } from '../../checkpoint/dtype';
import type { TensorSource } from '../../checkpoint/types';

/** A low-rank update of one matrix (a kernel counts as a matrix, too: its first axis are the rows). */
export interface LowRankUpdate {
  /** `[rank, columns...]` */
  readonly a: TensorSource;
  /** `[rows, rank]`, ones behind that for kernels */
  readonly b: TensorSource;
  readonly scale: number;
  /** An embedding's tables are saved the other way round: its update is the transpose of B A. */
  readonly transposed: boolean;
  /** DoRA's length of every row, where the adapter has them. */
  readonly magnitude?: TensorSource;
}

/**
 * `weight + scale * B A` as an F32 tensor that is computed when it is read; with magnitudes every row is then brought to its
 * length (DoRA, arXiv:2402.09353). Products are summed in double precision, every other step is rounded as torch's is.
 */
export function withLowRankUpdate(weight: TensorSource, update: LowRankUpdate): TensorSource {
  return derived(weight, async () => {
    const [values, a, b, magnitude] = [
      await readFloat32(weight),
      await readFloat32(update.a),
      await readFloat32(update.b),
      update.magnitude && (await readFloat32(update.magnitude)),
    ];
    const rank = update.a.shape[0] ?? 0;
    const rows = weight.shape[0] ?? 0;
    const left = update.transposed ? transpose(a, rank, rows) : b;
    const right = update.transposed ? transpose(b, b.length / rank, rank) : a;
    addProduct(values, left, right, rank, Math.fround(update.scale));
    if (magnitude) setRowLengths(values, magnitude);
    return values;
  });
}

/** `bias + scale * update`: the bias that LoRA's own B may have. */
export function withBiasUpdate(
  bias: TensorSource,
  update: TensorSource,
  scale: number,
): TensorSource {
  return derived(bias, async () => {
    const values = await readFloat32(bias);
    const change = await readFloat32(update);
    const factor = Math.fround(scale);
    for (let i = 0; i < values.length; i++) {
      values[i] = (values[i] ?? 0) + Math.fround((change[i] ?? 0) * factor);
    }
    return values;
  });
}

function derived(
  { name, shape }: TensorSource,
  compute: () => Promise<Float32Array<ArrayBuffer>>,
): TensorSource {
  return {
    name,
    dtype: 'F32',
    shape,
    byteLength: elementCount(shape) * Float32Array.BYTES_PER_ELEMENT,
    read: async () => {
      const { buffer, byteOffset, byteLength } = await compute();
      return new Uint8Array(buffer, byteOffset, byteLength);
    },
  };
}

/** `values += scale * left right`, in place; `left` is `[rows, rank]`, `right` `[rank, columns]`. */
function addProduct(
  values: Float32Array,
  left: Float32Array,
  right: Float32Array,
  rank: number,
  scale: number,
): void {
  const rows = left.length / rank;
  const columns = values.length / rows;
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    for (let k = 0; k < rank; k++) {
      const factor = left[row * rank + k] ?? 0;
      const begin = k * columns;
      for (let i = 0; i < columns; i++) sums[i] = (sums[i] ?? 0) + factor * (right[begin + i] ?? 0);
    }
    const begin = row * columns;
    for (let i = 0; i < columns; i++) {
      const change = Math.fround(Math.fround(sums[i] ?? 0) * scale);
      values[begin + i] = (values[begin + i] ?? 0) + change;
    }
  }
}

function setRowLengths(values: Float32Array, lengths: Float32Array): void {
  const columns = values.length / lengths.length;
  for (const [row, length] of lengths.entries()) {
    const cells = values.subarray(row * columns, (row + 1) * columns);
    let squares = 0;
    for (const value of cells) squares += value * value;
    const factor = Math.fround(length / Math.fround(Math.sqrt(squares)));
    for (let i = 0; i < columns; i++) cells[i] = (cells[i] ?? 0) * factor;
  }
}

function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      out[column * rows + row] = matrix[row * columns + column] ?? 0;
    }
  }
  return out;
}
