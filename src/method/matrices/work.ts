/** The work on whole matrices itself. */
import { DeviceError } from '../../errors';
import type { Products } from '../../runtime/linear-algebra/matrix';
import { createReferenceProducts } from '../../runtime/linear-algebra/reference';
import { createSimdProducts } from '../../runtime/linear-algebra/simd';
import { type MatrixJob, mergeMatrix } from '../spectral/merge-matrix';

/** Does jobs with memory of its own, which grows to what the largest of them needs. */
export function createMatrixWork(
  products: Products = createSimdProducts() ?? createReferenceProducts(),
): (job: MatrixJob) => Float32Array<ArrayBuffer> {
  return (job) => {
    try {
      return mergeMatrix(products, job);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      const { rows, columns } = job.shape;
      throw new DeviceError(
        `There is no memory for merging a matrix of ${rows} x ${columns}: ${cause.message}. Close what else is open, or choose a method that works on single weights.`,
        { cause },
      );
    }
  };
}
