/**
 * RegMean of one linear layer: the weights that come nearest, on the inputs of every expert, to what that expert's would give out.
 * Source: Jin et al., "Dataless Knowledge Fusion by Merging Weights of Language Models" (ICLR 2023): `W = (sum W_i G_i) (sum G_i)^-1`,
 * `G_i` the mean of `x x'` over the inputs, all that is beside its diagonal made smaller; FusionBench's `method/regmean/regmean.py`.
 */
import { CompatibilityError } from '../../errors';
import { factorize, roomForSolve, solveRows } from '../../runtime/linear-algebra/cholesky';
import type { Products } from '../../runtime/linear-algebra/matrix';
import { room, type Shape, takeMatrix } from './wide';

/** Of one expert, row by row. */
export interface Regressed {
  readonly weights: Float32Array;
  /** Symmetric, `[columns, columns]`. */
  readonly gram: Float32Array;
}

/**
 * @param ratio what an element beside the diagonal of a Gram matrix is multiplied by
 * @param out the merged weights
 * @throws CompatibilityError where the Gram matrices together have no inverse, RangeError where there is no memory
 */
export function regress(
  products: Products,
  experts: readonly Regressed[],
  ratio: number,
  { rows, columns }: Shape,
  out: Float32Array,
): void {
  products.reserve(
    2 * room(columns, columns) + 2 * room(rows, columns) + 2 * roomForSolve(columns, rows),
  );
  const sum = takeMatrix(products, columns, columns);
  const reduced = takeMatrix(products, columns, columns);
  const right = takeMatrix(products, rows, columns);
  const own = takeMatrix(products, rows, columns);
  for (const { weights, gram } of experts) {
    for (let i = 0; i < gram.length; i++) reduced.data[i] = ratio * (gram[i] as number);
    for (let i = 0; i < gram.length; i += columns + 1) reduced.data[i] = gram[i] as number;
    for (let i = 0; i < gram.length; i++) {
      sum.data[i] = (sum.data[i] as number) + (reduced.data[i] as number);
    }
    own.data.set(weights);
    products.multiplyAdd(right, own, reduced, rows, columns, columns);
  }
  try {
    factorize(products, sum, columns);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new CompatibilityError(
      `The pictures say too little about the inputs of a linear layer of ${rows} x ${columns} for RegMean. Take more of them (num_regmean_examples), or a smaller reduce_non_diagonal_ratio.`,
      { cause },
    );
  }
  solveRows(products, sum, columns, right, rows);
  for (let i = 0; i < out.length; i++) out[i] = right.data[i] as number;
}
