/** The work of a job itself. */
import { DeviceError } from '../../errors';
import type { Products } from '../../runtime/linear-algebra/matrix';
import { createReferenceProducts } from '../../runtime/linear-algebra/reference';
import { createSimdProducts } from '../../runtime/linear-algebra/simd';
import { thinOutAndWeigh } from '../sparse/thinning';
import { mergeMatrix } from '../spectral/merge-matrix';
import { isThinning, type Job, sidesOf } from './job';

/** Does jobs with memory of its own, which grows to what the largest of them needs. */
export function createMatrixWork(
  products: Products = createSimdProducts() ?? createReferenceProducts(),
): (job: Job) => Float32Array<ArrayBuffer> {
  return (job) => {
    try {
      return isThinning(job) ? thinOutAndWeigh(job) : mergeMatrix(products, job);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new DeviceError(
        `There is no memory for merging a tensor of ${sidesOf(job)}: ${cause.message}. Close what else is open, or choose a method that works on single weights.`,
        { cause },
      );
    }
  };
}
