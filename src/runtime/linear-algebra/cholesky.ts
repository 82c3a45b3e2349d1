/**
 * Systems with a symmetric, positive definite matrix in float64, by its Cholesky factor, a panel at a time: all but the panels
 * themselves is products. Golub, Van Loan, "Matrix Computations", 4.2; LAPACK's dpotrf and dpotrs.
 */
import { type Block, block, type Products, ROOM_BETWEEN } from './matrix';

/** Rows and columns of a panel. */
const PANEL = 64;

/** Numbers to reserve for {@link factorize} and {@link solveRows} with `rows` right sides, matrix and right sides apart. */
export const roomForSolve = (order: number, rows: number): number =>
  Math.max(order, rows) * PANEL + ROOM_BETWEEN;

/**
 * `A = U' U`: writes U over the upper half of `matrix` and U' over the lower. Only the upper half is read.
 *
 * @throws RangeError where the matrix is not positive definite
 */
export function factorize(products: Products, matrix: Block, order: number): void {
  const negated = block(products.take(order * PANEL), PANEL);
  const { data, stride } = matrix;
  const at = (i: number, j: number) => matrix.at + i * stride + j;
  for (let begin = 0; begin < order; begin += PANEL) {
    const end = Math.min(begin + PANEL, order);
    for (let k = begin; k < end; k++) {
      const pivot = data[at(k, k)] as number;
      if (!(pivot > 0)) throw new RangeError('the matrix is not positive definite');
      const root = Math.sqrt(pivot);
      for (let j = k; j < order; j++) data[at(k, j)] = (data[at(k, j)] as number) / root;
      for (let i = k + 1; i < end; i++) {
        const factor = data[at(k, i)] as number;
        for (let j = i; j < order; j++) {
          data[at(i, j)] = (data[at(i, j)] as number) - factor * (data[at(k, j)] as number);
        }
      }
    }
    for (let i = begin; i < order; i++) {
      for (let k = begin; k < Math.min(end, i); k++) data[at(i, k)] = data[at(k, i)] as number;
    }
    // What the panel takes from the rest, of which the upper half counts.
    for (let from = end; from < order; from += PANEL) {
      const rows = Math.min(PANEL, order - from);
      for (let i = 0; i < rows; i++) {
        for (let k = begin; k < end; k++) {
          negated.data[i * PANEL + k - begin] = -(data[at(from + i, k)] as number);
        }
      }
      const to = { ...matrix, at: at(from, from) };
      const right = { ...matrix, at: at(begin, from) };
      products.multiplyAdd(to, negated, right, rows, order - from, end - begin);
    }
  }
}

/** `X A = R` for a matrix that {@link factorize} has been through: rows of R become those of X. */
export function solveRows(
  products: Products,
  factors: Block,
  order: number,
  right: Block,
  rows: number,
): void {
  const negated = block(products.take(rows * PANEL), PANEL);
  const { data, stride } = factors;
  const entry = (i: number, j: number) => data[factors.at + i * stride + j] as number;
  const starts = Array.from({ length: Math.ceil(order / PANEL) }, (_, i) => i * PANEL);
  // Y U = R from the left, then X U' = Y from the right: U' stands in the lower half.
  for (const begin of starts) {
    const end = Math.min(begin + PANEL, order);
    solvePanel(begin, end, 1);
    subtract(begin, end, end, order);
  }
  for (const begin of starts.reverse()) {
    const end = Math.min(begin + PANEL, order);
    solvePanel(begin, end, -1);
    subtract(begin, end, 0, begin);
  }

  function solvePanel(begin: number, end: number, step: 1 | -1): void {
    for (let i = 0; i < rows; i++) {
      const row = right.at + i * right.stride;
      const first = step > 0 ? begin : end - 1;
      for (let j = first; j >= begin && j < end; j += step) {
        let value = right.data[row + j] as number;
        for (let k = first; k !== j; k += step) {
          value -= (right.data[row + k] as number) * entry(k, j);
        }
        right.data[row + j] = value / entry(j, j);
      }
    }
  }

  /** From columns `from` to `to` of the right side what those of the panel make of them. */
  function subtract(begin: number, end: number, from: number, to: number): void {
    if (from >= to) return;
    for (let i = 0; i < rows; i++) {
      for (let k = begin; k < end; k++) {
        negated.data[i * PANEL + k - begin] = -(right.data[
          right.at + i * right.stride + k
        ] as number);
      }
    }
    const target = { ...right, at: right.at + from };
    const panel = { ...factors, at: factors.at + begin * stride + from };
    products.multiplyAdd(target, negated, panel, rows, to - from, end - begin);
  }
}
