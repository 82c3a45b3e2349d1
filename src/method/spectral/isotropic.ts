/**
 * Isotropic merging of one matrix: every singular value of the sum of task vectors becomes their mean. Marczak et al., "No Task
 * Left Behind: Isotropic Model Merging with Common and Task-Specific Subspaces" (2025); FusionBench's `iso_c` and `iso_cts`.
 */
import type { Products } from '../../runtime/linear-algebra/matrix';
import { addPolar, leftSingular, roomForInverseRoot, roomForSingular } from './singular';
import { addTensor, room, type Shape, sidesOf, takeMatrix, toTensor } from './wide';

/**
 * @param sum of the task vectors, row by row
 * @param out the merged task vector
 */
export function mergeIsotropically(
  products: Products,
  sum: Float32Array,
  shape: Shape,
  out: Float32Array,
): void {
  const sides = sidesOf(shape);
  const { short, long } = sides;
  products.reserve(
    2 * room(short, long) + roomForSingular(short, long) + roomForInverseRoot(short),
  );
  const matrix = takeMatrix(products, short, long);
  addTensor(matrix, sum, sides);
  const singular = leftSingular(products, matrix, short, long);
  const mean = singular.values.reduce((total, value) => total + value, 0) / short;
  const merged = takeMatrix(products, short, long);
  addPolar(products, singular, mean, matrix, short, long, merged);
  toTensor(merged, sides, out);
}
