/** What becomes of the task vectors of one matrix: the work that is handed to threads. */
import type { OutputDtype } from '../../checkpoint/dtype';
import type { Products } from '../../runtime/linear-algebra/matrix';
import { calibrateSingularValues } from './calibrate';
import { mergeIsotropically } from './isotropic';
import { lowRankFactors } from './low-rank';
import { type Regressed, regress } from './regression';
import { findSubspaces } from './subspaces';
import { mergeTaskSingularVectors } from './task-singular-vectors';
import { mergeInTaskSpaces } from './task-spaces';
import type { Shape } from './wide';
import { solveWudi } from './wudi';
import { descendWudi } from './wudi-adam';

export type MatrixWork =
  /** Of one tensor, the sum of the task vectors. */
  | { readonly kind: 'isotropic' }
  | { readonly kind: 'task spaces'; readonly commonSpaceFraction: number }
  | { readonly kind: 'task singular vectors' }
  /** Merges nothing: see `subspaces.ts`. */
  | { readonly kind: 'subspaces' }
  /** Of one tensor, and merges nothing: see `low-rank.ts`. */
  | { readonly kind: 'low rank'; readonly rank: number; readonly dtype: OutputDtype }
  | { readonly kind: 'wudi'; readonly solver: 'exact' }
  | { readonly kind: 'wudi'; readonly solver: 'adam'; readonly steps: number }
  /** Of weights instead of task vectors: the merged ones, the base's, and every expert's. */
  | { readonly kind: 'calibrated'; readonly alpha: number }
  /** Of every expert its weights and the Gram matrix of their inputs. */
  | { readonly kind: 'regression'; readonly ratio: number };

export interface MatrixJob {
  readonly work: MatrixWork;
  readonly shape: Shape;
  /** Of every expert the task vector, in pool order, row by row, unless the work says otherwise. */
  readonly tensors: readonly Float32Array<ArrayBuffer>[];
}

/**
 * The merged task vector, or merged weights, or what is to be known of the matrix; the same to the last bit wherever it is computed.
 *
 * @throws RangeError where `products` has no memory for it
 */
export function mergeMatrix(
  products: Products,
  { work, shape, tensors }: MatrixJob,
): Float32Array<ArrayBuffer> {
  if (work.kind === 'subspaces') return findSubspaces(products, tensors, shape);
  if (work.kind === 'low rank') {
    const [change = new Float32Array(0)] = tensors;
    return lowRankFactors(products, change, shape, work.rank, work.dtype);
  }
  const out = new Float32Array(shape.rows * shape.columns);
  switch (work.kind) {
    case 'isotropic': {
      const [sum] = tensors;
      if (sum) mergeIsotropically(products, sum, shape, out);
      break;
    }
    case 'task spaces':
      mergeInTaskSpaces(products, tensors, work.commonSpaceFraction, shape, out);
      break;
    case 'task singular vectors':
      mergeTaskSingularVectors(products, tensors, shape, out);
      break;
    case 'calibrated': {
      const [merged, base, ...experts] = tensors;
      if (merged && base) {
        calibrateSingularValues(products, { merged, base, experts }, work.alpha, shape, out);
      }
      break;
    }
    case 'regression': {
      const experts = tensors.flatMap((weights, i): Regressed[] => {
        const gram = tensors[i + 1];
        return i % 2 === 0 && gram ? [{ weights, gram }] : [];
      });
      regress(products, experts, work.ratio, shape, out);
      break;
    }
    case 'wudi':
      if (work.solver === 'exact') solveWudi(products, tensors, shape, out);
      else descendWudi(products, tensors, shape, work.steps, out);
  }
  return out;
}
