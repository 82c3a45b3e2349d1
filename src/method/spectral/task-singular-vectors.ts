/**
 * Task singular vectors of one matrix: of every expert's task vector the same number of largest singular values and their
 * vectors, all of them side by side, made orthogonal. Gargiulo et al., "Task Singular Vectors: Reducing Task Interference in
 * Model Merging" (CVPR 2025); FusionBench's `TSVM_utils.compute_and_sum_svd_mem_reduction`.
 */
import type { Products } from '../../runtime/linear-algebra/matrix';
import { leftSingular, rightSingular, roomForSingular } from './singular';
import { putTogether } from './triples';
import { addTensor, room, type Shape, sidesOf, takeMatrix } from './wide';

/**
 * @param taskVectors one or more, row by row
 * @param out the merged task vector
 */
export function mergeTaskSingularVectors(
  products: Products,
  taskVectors: readonly Float32Array[],
  shape: Shape,
  out: Float32Array,
): void {
  const sides = sidesOf(shape);
  const { short, long } = sides;
  const each = Math.floor(short / taskVectors.length);
  if (each === 0) {
    out.fill(0);
    return;
  }
  // Row by row: `each` left and right singular vectors of the first expert, then of the second, ...
  const lefts = new Float64Array(each * taskVectors.length * short);
  const rights = new Float64Array(each * taskVectors.length * long);
  const values: number[] = [];
  for (const taskVector of taskVectors) {
    products.reserve(room(short, long) + roomForSingular(short, long) + room(each, long));
    const matrix = takeMatrix(products, short, long);
    addTensor(matrix, taskVector, sides);
    const singular = leftSingular(products, matrix, short, long, each);
    const right = rightSingular(products, singular, matrix, short, long, each);
    const before = values.length;
    lefts.set(singular.vectors.data.subarray(0, each * short), before * short);
    rights.set(right.data.subarray(0, each * long), before * long);
    values.push(...singular.values.subarray(0, each));
  }
  putTogether(products, { lefts, rights, values }, sides, out);
}
