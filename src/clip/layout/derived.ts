/** Tensors that do not stand in the file as they are needed: row blocks of a fused matrix, transposes, other names. */
import { liesWithin } from '../../checkpoint/places';
import type { TensorSource } from '../../checkpoint/types';

/** Reads bytes `begin` to `end` of a tensor, and no others where its format allows it. */
export async function readBytes(
  source: TensorSource,
  begin: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (source.readRange !== undefined) return source.readRange(begin, end);
  const whole = await source.read();
  return whole.slice(begin, end);
}

/** The same tensor under another name. */
export function renamed(source: TensorSource, name: string): TensorSource {
  const made: TensorSource = {
    name,
    dtype: source.dtype,
    shape: source.shape,
    byteLength: source.byteLength,
    read: () => source.read(),
    readRange: (begin, end) => readBytes(source, begin, end),
    ...(source.readInto && { readInto: source.readInto }),
  };
  return liesWithin(made, source, 0);
}

/** Block `index` of `count` equal blocks along the first axis: contiguous bytes in C order. */
export function rowBlock(
  source: TensorSource,
  index: number,
  count: number,
  name: string,
): TensorSource {
  const [rows = 0, ...inner] = source.shape;
  const byteLength = source.byteLength / count;
  const start = index * byteLength;
  const { readInto } = source;
  const made: TensorSource = {
    name,
    dtype: source.dtype,
    shape: [rows / count, ...inner],
    byteLength,
    read: () => readBytes(source, start, start + byteLength),
    readRange: (begin, end) => readBytes(source, start + begin, start + end),
    ...(readInto && { readInto: (begin, into) => readInto(start + begin, into) }),
  };
  return liesWithin(made, source, start);
}

/** The transpose of a matrix; reading it holds the matrix twice for a moment. */
export function transposed(source: TensorSource, name: string): TensorSource {
  const [rows = 0, columns = 0] = source.shape;
  return {
    name,
    dtype: source.dtype,
    shape: [columns, rows],
    byteLength: source.byteLength,
    read: async () => transposeBytes(await source.read(), rows, columns),
  };
}

/** A matrix's bytes in C order as those of its transpose, elements of any size. */
export function transposeBytes(
  bytes: Uint8Array,
  rows: number,
  columns: number,
): Uint8Array<ArrayBuffer> {
  const size = bytes.length / (rows * columns);
  const out = new Uint8Array(bytes.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = (row * columns + column) * size;
      const to = (column * rows + row) * size;
      for (let byte = 0; byte < size; byte++) out[to + byte] = bytes[from + byte] ?? 0;
    }
  }
  return out;
}
