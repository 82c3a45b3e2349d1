/**
 * Eigenvalues and eigenvectors of a symmetric tridiagonal matrix by divide and conquer: halves are solved for themselves and
 * joined by an update of rank one. Cuppen, "A divide and conquer method for the symmetric tridiagonal eigenproblem" (1981);
 * what is as good as solved is set aside (deflation), and eigenvectors are orthogonal because z is computed again from the
 * eigenvalues (Gu, Eisenstat, "A stable and efficient algorithm for the rank-one modification of the symmetric eigenproblem",
 * 1994). LAPACK's dstedc.
 */
import { type Block, block, type Products } from './matrix';
import { rotate, solveByRotations } from './rotations';
import { secularZero } from './secular';

/** At most so many rows are solved by rotations. */
const LEAF = 24;

/** Numbers that {@link tridiagonalEigen} takes, and in how many arrays. */
export const roomForTridiagonalEigen = (order: number): number => 5 * order * order;
export const ARRAYS_OF_TRIDIAGONAL_EIGEN = 5;

export interface Eigen {
  /** All of them, ascending. */
  readonly values: Float64Array;
  /** The eigenvectors of the largest values, as many as were asked for, ascending as they are; each a row of length 1. */
  readonly vectors: Block;
}

/**
 * `diagonal` and `beside` are used up.
 *
 * @param count vectors, the same to the last bit however many of them are asked for
 */
export function tridiagonalEigen(
  products: Products,
  diagonal: Float64Array,
  beside: Float64Array,
  count: number,
): Eigen {
  const order = diagonal.length;
  const take = () => block(products.take(order * order), order);
  const spare = { joined: take(), halves: take(), small: take(), factors: take() };
  const vectors = take();
  solve(0, order);
  return { values: diagonal, vectors: { ...vectors, at: vectors.at + (order - count) * order } };

  /** Rows and columns `begin` to `end` (exclusive): values ascending in `diagonal`, vectors in that square of `vectors`. */
  function solve(begin: number, end: number): void {
    const size = end - begin;
    if (size <= LEAF) {
      solveByRotations(diagonal, beside, vectors, begin, end);
      return;
    }
    const middle = begin + (size >> 1);
    const link = beside[middle - 1] as number;
    const rho = Math.abs(link);
    diagonal[middle - 1] = (diagonal[middle - 1] as number) - rho;
    diagonal[middle] = (diagonal[middle] as number) - rho;
    solve(begin, middle);
    solve(middle, end);
    join(begin, middle, end, rho, link < 0 ? -1 : 1);
  }

  function join(begin: number, middle: number, end: number, rho: number, sign: number): void {
    const size = end - begin;
    const upper = middle - begin;
    const at = (i: number) => vectors.at + (begin + i) * order + begin;
    // z: the last row of the upper eigenvectors and the first of the lower, across all of them; of length 1 from here on.
    const d = diagonal.slice(begin, end);
    const z = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      const isUpper = i < upper;
      const component = vectors.data[at(i) + (isUpper ? upper - 1 : upper)] as number;
      z[i] = (isUpper ? component : sign * component) * Math.SQRT1_2;
    }
    const weight = 2 * rho;
    const sorted = Array.from({ length: size }, (_, i) => i).sort(
      (a, b) => (d[a] as number) - (d[b] as number) || a - b,
    );
    const { kept, aside } = deflate(d, z, weight, sorted, (i, j, c, s) =>
      rotate(vectors.data, at(i), at(j), size, c, s),
    );

    const inner = kept.length;
    const poles = Float64Array.from(kept, (i) => d[i] as number);
    const ends = Float64Array.from(kept, (i) => z[i] as number);
    const small = block(spare.small.data, inner);
    const found = new Float64Array(inner);
    for (let i = 0; i < inner; i++) {
      const row = small.data.subarray(i * inner, (i + 1) * inner);
      found[i] = secularZero(i, poles, ends, weight, row);
    }
    const all = [
      ...kept.map((_, i) => ({ value: found[i] as number, joined: i, row: -1 })),
      ...aside.map((row) => ({ value: d[row] as number, joined: -1, row })),
    ].sort((a, b) => a.value - b.value);
    // A join that another one follows needs all of its vectors.
    const unwanted = size === order ? order - count : 0;
    let first = inner;
    for (const { joined } of all.slice(unwanted)) if (joined >= 0) first = Math.min(first, joined);
    fillEigenvectors(small.data, poles, ends, first);

    // Each half of a new vector is made of that half of the old ones; rows of zeros in a half are not multiplied with.
    spare.joined.data.fill(0, first * size, inner * size);
    for (const half of [
      { from: 0, to: upper },
      { from: upper, to: size },
    ]) {
      multiplyHalf(half.from, half.to);
    }
    for (const row of aside) {
      const from = at(row);
      spare.halves.data.set(vectors.data.subarray(from, from + size), row * size);
    }
    for (const [i, { value, joined, row }] of all.entries()) {
      diagonal[begin + i] = value;
      if (i < unwanted) continue;
      const source = joined >= 0 ? spare.joined.data : spare.halves.data;
      const from = (joined >= 0 ? joined : row) * size;
      vectors.data.set(source.subarray(from, from + size), at(i));
    }

    function multiplyHalf(from: number, to: number): void {
      const width = to - from;
      const columns: number[] = [];
      for (const [i, row] of kept.entries()) {
        const old = vectors.data.subarray(at(row) + from, at(row) + to);
        if (old.every((value) => value === 0)) continue;
        spare.halves.data.set(old, columns.length * width);
        columns.push(i);
      }
      const factors = block(spare.factors.data, columns.length);
      for (let i = first; i < inner; i++) {
        for (let p = 0; p < columns.length; p++) {
          const factor = small.data[i * inner + (columns[p] as number)] as number;
          factors.data[(i - first) * factors.stride + p] = factor;
        }
      }
      products.multiplyAdd(
        block(spare.joined.data, size, first * size + from),
        factors,
        block(spare.halves.data, width),
        inner - first,
        width,
        columns.length,
      );
    }
  }
}

/**
 * Sets aside what is an eigenvector as it is: rows whose z is too small to count, and of two with nearly the same d one, once a
 * rotation has given all of their z to the other.
 *
 * @param sorted all rows, by ascending d
 * @returns rows in that order: those that are kept, and those that are set aside
 */
function deflate(
  d: Float64Array,
  z: Float64Array,
  rho: number,
  sorted: readonly number[],
  rotateRows: (i: number, j: number, c: number, s: number) => void,
): { readonly kept: readonly number[]; readonly aside: readonly number[] } {
  let largest = 0;
  for (const values of [d, z]) {
    for (const value of values) largest = Math.max(largest, Math.abs(value));
  }
  const negligible = 8 * Number.EPSILON * largest;
  const kept: number[] = [];
  const aside: number[] = [];
  for (const j of sorted) {
    if (rho * Math.abs(z[j] as number) <= negligible) {
      aside.push(j);
      continue;
    }
    const i = kept.at(-1);
    if (i !== undefined) {
      const [zi, zj, di, dj] = [z[i], z[j], d[i], d[j]] as [number, number, number, number];
      const length = Math.sqrt(zi * zi + zj * zj);
      const c = zj / length;
      const s = -zi / length;
      if (Math.abs((dj - di) * c * s) <= negligible) {
        z[j] = length;
        z[i] = 0;
        rotateRows(i, j, c, s);
        d[i] = di * c * c + dj * s * s;
        d[j] = di * s * s + dj * c * c;
        kept.pop();
        aside.push(i);
      }
    }
    kept.push(j);
  }
  return { kept, aside };
}

/** Row i of `differences`, d_j - x_i, becomes eigenvector i of `D + rho z z'`, from row `first` on. */
function fillEigenvectors(
  differences: Float64Array,
  d: Float64Array,
  z: Float64Array,
  first: number,
): void {
  const count = d.length;
  // z_j^2 rho = prod_i (x_i - d_j) / prod_(i != j) (d_i - d_j): of the x that were found, not of those that were sought.
  const exact = new Float64Array(count);
  for (let j = 0; j < count; j++) {
    let product = -(differences[j * count + j] as number);
    for (let i = 0; i < count; i++) {
      if (i === j) continue;
      product *= (differences[i * count + j] as number) / ((d[j] as number) - (d[i] as number));
    }
    exact[j] = Math.sqrt(Math.abs(product)) * ((z[j] as number) < 0 ? -1 : 1);
  }
  for (let i = first; i < count; i++) {
    let squares = 0;
    for (let j = 0; j < count; j++) {
      const entry = (exact[j] as number) / (differences[i * count + j] as number);
      differences[i * count + j] = entry;
      squares += entry * entry;
    }
    const length = Math.sqrt(squares);
    for (let j = 0; j < count; j++) {
      differences[i * count + j] = (differences[i * count + j] as number) / length;
    }
  }
}
