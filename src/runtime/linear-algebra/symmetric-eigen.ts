/** Eigenvalues and eigenvectors of symmetric matrices in float64, the same to the last bit on every machine. */
import { type Block, type Products, ROOM_BETWEEN } from './matrix';
import {
  ARRAYS_OF_TRIDIAGONAL,
  applyReflectors,
  PANEL,
  roomForTridiagonal,
  tridiagonalize,
} from './tridiagonal';
import {
  ARRAYS_OF_TRIDIAGONAL_EIGEN,
  type Eigen,
  roomForTridiagonalEigen,
  tridiagonalEigen,
} from './tridiagonal-eigen';

/** Numbers to reserve for one {@link symmetricEigen}, its matrix apart. */
export function roomForEigen(order: number): number {
  const arrays = ARRAYS_OF_TRIDIAGONAL + ARRAYS_OF_TRIDIAGONAL_EIGEN + 4;
  return (
    roomForTridiagonal(order) +
    roomForTridiagonalEigen(order) +
    (3 * order + PANEL) * PANEL +
    arrays * ROOM_BETWEEN
  );
}

/**
 * `A = V' diag(values) V`, V having the eigenvectors as rows.
 *
 * @param matrix of `order` rows, whole (its upper half is not looked at alone), taken from `products`; it is used up
 * @param count vectors to compute, those of the largest values; one has the same bits however many they are
 * @returns values ascending, and vectors in memory of `products`, valid until its next `reserve`
 * @throws RangeError where a number of the matrix is not finite
 */
export function symmetricEigen(
  products: Products,
  matrix: Block,
  order: number,
  count = order,
): Eigen {
  const { data, at, stride } = matrix;
  let largest = 0;
  for (let i = 0; i < order; i++) {
    for (let j = at + i * stride; j < at + i * stride + order; j++) {
      const size = Math.abs(data[j] as number);
      // In this direction, so that what is not a number is found as well.
      if (!(size <= largest)) largest = size;
    }
  }
  if (!Number.isFinite(largest)) throw new RangeError('the matrix holds what is no finite number');
  // By a power of two nothing is rounded. What is negligible is measured against vectors of length 1.
  const scale = powerOfTwoBelow(largest);
  for (let i = 0; i < order; i++) {
    for (let j = at + i * stride; j < at + i * stride + order; j++) {
      data[j] = (data[j] as number) / scale;
    }
  }
  const tridiagonal = tridiagonalize(products, matrix, order);
  const { diagonal, beside } = tridiagonal;
  const { values, vectors } = tridiagonalEigen(products, diagonal, beside, count);
  applyReflectors(products, tridiagonal, vectors, count, order);
  for (let i = 0; i < order; i++) values[i] = (values[i] as number) * scale;
  return { values, vectors };
}

/** Of a normal number, by its exponent; 1 for zero and for what is so small that it is not normal. */
function powerOfTwoBelow(value: number): number {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const exponent = (bits.getUint16(0) >> 4) & 0x7ff;
  return exponent === 0 ? 1 : 2 ** (exponent - 1023);
}
