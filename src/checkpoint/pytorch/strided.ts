import { elementCount } from '../data-length';

/**
 * Copies a strided view into C order.
 *
 * @param source bytes from the view's first element on
 * @param strides in elements, none negative
 */
export function gather(
  source: Uint8Array,
  elementSize: number,
  shape: readonly number[],
  strides: readonly number[],
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(elementCount(shape) * elementSize);
  const rowLength = shape.at(-1) ?? 1;
  const rowStep = (strides.at(-1) ?? 1) * elementSize;
  const index = shape.slice(0, -1).fill(0);
  let rowBegin = 0;
  let write = 0;
  while (write < out.length) {
    for (let i = 0; i < rowLength; i++) {
      const read = rowBegin + i * rowStep;
      for (let byte = 0; byte < elementSize; byte++) out[write++] = source[read + byte] ?? 0;
    }
    // The next row: count up the outer axes as an odometer does.
    for (let axis = index.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      const step = (strides[axis] ?? 0) * elementSize;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        rowBegin += step;
        break;
      }
      index[axis] = 0;
      rowBegin -= (next - 1) * step;
    }
  }
  return out;
}

/** Reverses the bytes of every element in place: files of big-endian machines. */
export function swapBytes(bytes: Uint8Array, elementSize: number): void {
  for (let begin = 0; begin + elementSize <= bytes.length; begin += elementSize) {
    bytes.subarray(begin, begin + elementSize).reverse();
  }
}
