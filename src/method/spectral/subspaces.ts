/**
 * Of one matrix the singular values of every expert's task vector and of their sum, and how far the experts' largest directions
 * coincide: the mean squared cosine of the principal angles between the spaces that they span. Björck, Golub, "Numerical Methods for
 * Computing Angles Between Linear Subspaces" (1973): of orthonormal `U_i` and `U_j` of `k` columns it is `|U_i' U_j|² / k`.
 */
import type { Products } from '../../runtime/linear-algebra/matrix';
import { addSymmetric } from '../../runtime/linear-algebra/symmetric-product';
import { transpose } from '../../runtime/linear-algebra/transpose';
import { directionsOf } from './directions';
import { leftSingular, roomForSingular } from './singular';
import { addTensor, room, type Shape, sidesOf, takeMatrix } from './wide';

export interface Subspaces {
  /** Singular values, descending, of every expert in pool order, and then of their sum. */
  readonly values: readonly Float32Array[];
  /** Of every expert, how many directions are compared: those that count, and at most {@link mostCompared}. */
  readonly compared: readonly number[];
  /** Of every two experts, 0..1, by as many directions as both have to compare; null where one of them has none. */
  readonly overlaps: readonly (readonly (number | null)[])[];
}

/** So many that those of all experts would fit side by side: as many as TSV-M keeps of each. */
export function mostCompared(short: number, experts: number): number {
  return Math.max(1, Math.floor(short / experts));
}

/**
 * Singular vectors are those of the shorter side, which is what a residual stream reads or writes.
 *
 * @param taskVectors of every expert, row by row
 * @returns what {@link readSubspaces} reads: a thread answers with one array
 */
export function findSubspaces(
  products: Products,
  taskVectors: readonly Float32Array[],
  shape: Shape,
): Float32Array<ArrayBuffer> {
  const sides = sidesOf(shape);
  const { short, long } = sides;
  const experts = taskVectors.length;
  const most = mostCompared(short, experts);
  const packed = new Float32Array((experts + 1) * short + experts + experts ** 2);
  const lefts = new Float64Array(experts * most * short);
  const compared: number[] = [];
  let filled = 0;
  const decompose = (of: readonly Float32Array[], place: number, count: number) => {
    products.reserve(room(short, long) + roomForSingular(short, long));
    const matrix = takeMatrix(products, short, long);
    for (const values of of) addTensor(matrix, values, sides);
    const singular = leftSingular(products, matrix, short, long, count);
    packed.set(singular.values, place * short);
    return singular;
  };
  for (const [place, taskVector] of taskVectors.entries()) {
    const { values, vectors } = decompose([taskVector], place, most);
    const count = Math.min(most, directionsOf(values));
    lefts.set(vectors.data.subarray(0, count * short), filled * short);
    compared.push(count);
    filled += count;
  }
  decompose(taskVectors, experts, 0);
  packed.set(compared, (experts + 1) * short);
  const overlaps = overlapsOf(products, lefts, compared, filled, short);
  packed.set(overlaps, (experts + 1) * short + experts);
  return packed;
}

/** Row by row; NaN where there are no directions to compare. */
function overlapsOf(
  products: Products,
  lefts: Float64Array,
  compared: readonly number[],
  filled: number,
  short: number,
): number[] {
  products.reserve(room(filled, short) + room(short, filled) + room(filled, filled));
  const rows = takeMatrix(products, filled, short);
  rows.data.set(lefts.subarray(0, filled * short));
  const turned = takeMatrix(products, short, filled);
  transpose(rows, filled, short, turned);
  const gram = takeMatrix(products, filled, filled);
  addSymmetric(products, gram, rows, turned, filled, short);
  const begins: number[] = [];
  compared.reduce((begin, count) => {
    begins.push(begin);
    return begin + count;
  }, 0);
  return compared.flatMap((one, i) =>
    compared.map((other, j) => {
      const count = Math.min(one, other);
      if (count === 0) return Number.NaN;
      // Only the upper half is there.
      const row = begins[Math.min(i, j)] ?? 0;
      const column = begins[Math.max(i, j)] ?? 0;
      let squares = 0;
      for (let a = 0; a < count; a++) {
        for (let b = 0; b < count; b++) {
          const [from, to] = i === j && b < a ? [b, a] : [a, b];
          squares += (gram.data[(row + from) * filled + column + to] as number) ** 2;
        }
      }
      return squares / count;
    }),
  );
}

/** @throws RangeError where it is not what `findSubspaces` gave for these */
export function readSubspaces(packed: Float32Array, shape: Shape, experts: number): Subspaces {
  const { short } = sidesOf(shape);
  const counts = (experts + 1) * short;
  if (packed.length !== counts + experts + experts ** 2) {
    throw new RangeError(`${packed.length} numbers do not tell the spaces of ${experts} experts`);
  }
  const row = (begin: number, length: number) => packed.subarray(begin, begin + length);
  return {
    values: Array.from({ length: experts + 1 }, (_, i) => row(i * short, short)),
    compared: [...row(counts, experts)],
    overlaps: Array.from({ length: experts }, (_, i) =>
      Array.from(row(counts + experts * (i + 1), experts), (value) =>
        Number.isNaN(value) ? null : value,
      ),
    ),
  };
}
