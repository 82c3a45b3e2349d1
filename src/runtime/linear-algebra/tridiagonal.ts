/**
 * A symmetric matrix as `Q T Q'` with T tridiagonal, by Householder reflectors, a panel of columns at a time: within a panel
 * the rest of the matrix stands as it was, and afterwards is changed by one product. Dongarra, Sorensen, Hammarling,
 * "Block reduction of matrices to condensed forms for eigenvalue computations" (1989); LAPACK's dsytrd.
 */
import { type Block, block, type Products } from './matrix';
import { addSymmetric } from './symmetric-product';
import { mirror } from './transpose';

export interface Tridiagonal {
  /** T's diagonal. */
  readonly diagonal: Float64Array;
  /** What stands beside it: element i is T(i, i + 1). One less than the diagonal has. */
  readonly beside: Float64Array;
  /** `Q = H_0 H_1 ...` with `H_i = I - scales[i] v v'`, v being row i of `reflectors`: zero up to i, one at i + 1. */
  readonly reflectors: Block;
  readonly scales: Float64Array;
}

/** Columns of a panel. */
export const PANEL = 32;

/** Numbers that {@link tridiagonalize} takes, gaps between arrays apart. */
export const roomForTridiagonal = (order: number): number =>
  order * order + 4 * PANEL * order + 3 * order;
/** Arrays that it takes. */
export const ARRAYS_OF_TRIDIAGONAL = 7;

/** `matrix` holds all of the symmetric matrix, not a half, and is used up. */
export function tridiagonalize(products: Products, matrix: Block, order: number): Tridiagonal {
  const diagonal = new Float64Array(order);
  const beside = new Float64Array(Math.max(0, order - 1));
  const scales = new Float64Array(Math.max(0, order - 1));
  const reflectors = block(products.take(order * order), order);
  // Row p: what column p of the panel subtracts from the matrix is w v' + v w'. First all w, then all v; and the other way round.
  const pairs = block(products.take(2 * PANEL * order), order);
  const negated = block(products.take(2 * PANEL * order), 2 * PANEL);
  const column = products.take(order);
  const coefficients = products.take(order);
  const factors = products.take(order);
  const rows = Array.from({ length: 2 * PANEL }, (_, p) =>
    pairs.data.subarray(p * order, (p + 1) * order),
  );
  const w = (p: number) => rows[p] as Float64Array;
  const v = (p: number) => rows[PANEL + p] as Float64Array;

  for (let begin = 0; begin < order; begin += PANEL) {
    const end = Math.min(begin + PANEL, order);
    pairs.data.fill(0);
    for (let i = begin; i < end; i++) {
      const p = i - begin;
      // Column i as it is by now.
      for (let j = i; j < order; j++) {
        column[j] = matrix.data[matrix.at + i * matrix.stride + j] as number;
      }
      subtractPairs(i, i, p);
      diagonal[i] = column[i] as number;
      if (i === order - 1) break;
      const { scale, left } = reflector(column, i + 1, order);
      beside[i] = left;
      scales[i] = scale;
      const vector = v(p).fill(0);
      for (let j = i + 1; j < order; j++) vector[j] = column[j] as number;
      reflectors.data.set(vector, i * order);
      // w = scale (A v - V (W' v) - W (V' v)), and then without what it has of v.
      const image = w(p).fill(0);
      const rest = order - i - 1;
      column.set(vector);
      products.multiplyAdd(
        block(image, order, i + 1),
        block(column, order, i + 1),
        { ...matrix, at: matrix.at + (i + 1) * matrix.stride + i + 1 },
        1,
        rest,
        rest,
      );
      for (let q = 0; q < p; q++) {
        coefficients[q] = -dot(v(q), vector, i + 1, order);
        factors[q] = -dot(w(q), vector, i + 1, order);
      }
      addPairs(image, i + 1, p);
      for (let j = i + 1; j < order; j++) image[j] = scale * (image[j] as number);
      const share = -0.5 * scale * dot(image, vector, i + 1, order);
      for (let j = i + 1; j < order; j++) {
        image[j] = (image[j] as number) + share * (vector[j] as number);
      }
    }
    if (end < order) subtractPanel(begin, end);
  }
  return { diagonal, beside, reflectors, scales };

  /** From `column[from..]` what the panel's `count` pairs subtract in column `i`. */
  function subtractPairs(i: number, from: number, count: number): void {
    for (let q = 0; q < count; q++) {
      coefficients[q] = -(v(q)[i] as number);
      factors[q] = -(w(q)[i] as number);
    }
    addPairs(column, from, count);
  }

  /** `to[from..] += coefficients w + factors v` over `count` pairs. */
  function addPairs(to: Float64Array, from: number, count: number): void {
    if (count === 0) return;
    const length = order - from;
    const target = block(to, order, from);
    products.multiplyAdd(
      target,
      block(coefficients, order),
      { ...pairs, at: from },
      1,
      length,
      count,
    );
    const second = { ...pairs, at: PANEL * order + from };
    products.multiplyAdd(target, block(factors, order), second, 1, length, count);
  }

  /** From what is right of and below the panel all that its columns subtract. */
  function subtractPanel(begin: number, end: number): void {
    const columns = end - begin;
    for (let i = end; i < order; i++) {
      for (let p = 0; p < columns; p++) {
        negated.data[i * negated.stride + p] = -(v(p)[i] as number);
        negated.data[i * negated.stride + PANEL + p] = -(w(p)[i] as number);
      }
    }
    const rest = order - end;
    const to = { ...matrix, at: matrix.at + end * matrix.stride + end };
    const left = { ...negated, at: end * negated.stride };
    addSymmetric(products, to, left, { ...pairs, at: end }, rest, 2 * PANEL);
    mirror(to, rest);
  }
}

/**
 * Makes of `vector[from..to]` the v of a reflector `I - scale v v'` that leaves of it only its first element, `left`.
 * Lengths are those of LAPACK's dlarfg, with a scale against overflow.
 */
function reflector(
  vector: Float64Array,
  from: number,
  to: number,
): { readonly scale: number; readonly left: number } {
  const first = vector[from] as number;
  let largest = 0;
  for (let j = from + 1; j < to; j++) largest = Math.max(largest, Math.abs(vector[j] as number));
  if (largest === 0) {
    vector[from] = 1;
    return { scale: 0, left: first };
  }
  largest = Math.max(largest, Math.abs(first));
  let squares = 0;
  for (let j = from; j < to; j++) {
    const share = (vector[j] as number) / largest;
    squares += share * share;
  }
  const left = (first > 0 ? -1 : 1) * largest * Math.sqrt(squares);
  for (let j = from + 1; j < to; j++) vector[j] = (vector[j] as number) / (first - left);
  vector[from] = 1;
  return { scale: (left - first) / left, left };
}

function dot(a: Float64Array, b: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let j = from; j < to; j++) sum += (a[j] as number) * (b[j] as number);
  return sum;
}

/**
 * `vectors = vectors Q'`: rows that are eigenvectors of T become those of the matrix. `rows` of them, of `order` numbers.
 * Reflectors are applied a panel at a time: `H_i ... H_k = I - V' S V` with a small triangular S (Schreiber, Van Loan,
 * "A storage-efficient WY representation", 1989).
 */
export function applyReflectors(
  products: Products,
  { reflectors, scales }: Tridiagonal,
  vectors: Block,
  rows: number,
  order: number,
): void {
  const across = block(products.take(order * PANEL), PANEL);
  const triangle = block(products.take(PANEL * PANEL), PANEL);
  const shares = block(products.take(rows * PANEL), PANEL);
  const scaled = block(products.take(rows * PANEL), PANEL);
  const last = order - 1;
  for (let begin = Math.floor(Math.max(0, last - 1) / PANEL) * PANEL; begin >= 0; begin -= PANEL) {
    const count = Math.min(PANEL, last - begin);
    if (count <= 0) continue;
    // Reflectors of this panel are zero before this column.
    const from = begin + 1;
    const length = order - from;
    const v = { ...reflectors, at: reflectors.at + begin * reflectors.stride + from };
    for (let p = 0; p < PANEL; p++) {
      for (let j = 0; j < length; j++) {
        across.data[j * PANEL + p] = p < count ? (v.data[v.at + p * v.stride + j] as number) : 0;
      }
    }
    fillTriangle(v, count, length, begin);
    shares.data.fill(0);
    scaled.data.fill(0);
    const target = { ...vectors, at: vectors.at + from };
    products.multiplyAdd(shares, target, across, rows, PANEL, length);
    products.multiplyAdd(scaled, shares, triangle, rows, PANEL, PANEL);
    products.multiplyAdd(target, scaled, v, rows, length, count);
  }

  /** `-S'`, by the inner products of the panel's reflectors. */
  function fillTriangle(v: Block, count: number, length: number, begin: number): void {
    triangle.data.fill(0);
    const row = (p: number) => v.data.subarray(v.at + p * v.stride, v.at + p * v.stride + length);
    // S is upper triangular: S(p, p) is the scale, and above it stands -scale S(..p, ..p) V(..p) v_p.
    const s = (i: number, j: number) => -(triangle.data[j * PANEL + i] as number);
    const inner = new Float64Array(PANEL);
    for (let p = 0; p < count; p++) {
      const scale = scales[begin + p] as number;
      for (let q = 0; q < p; q++) inner[q] = dot(row(q), row(p), 0, length);
      for (let i = 0; i < p; i++) {
        let sum = 0;
        for (let q = i; q < p; q++) sum += s(i, q) * (inner[q] as number);
        triangle.data[p * PANEL + i] = scale * sum;
      }
      triangle.data[p * PANEL + p] = -scale;
    }
  }
}
