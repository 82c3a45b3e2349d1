/** Work on whole matrices, one job each: in this thread, or in others that whoever computes has (`threads.ts`). */
import { DeviceError } from '../../errors';
import { letMessagesIn } from '../../runtime/let-messages-in';
import type { Products } from '../../runtime/linear-algebra/matrix';
import { createReferenceProducts } from '../../runtime/linear-algebra/reference';
import { createSimdProducts } from '../../runtime/linear-algebra/simd';
import { createMutex } from '../../runtime/mutex';
import { type MatrixJob, mergeMatrix } from '../spectral/merge-matrix';

/** Reads what a job is about: called when its turn has come, so that no more is read than is worked on. */
export type PrepareJob = () => Promise<MatrixJob>;

export interface MatrixJobs {
  /** How many matrices are worked on at once. */
  readonly atOnce: number;
  /**
   * The merged task vector of a matrix, the same bits wherever it is computed. The job's tensors are not to be used
   * afterwards.
   *
   * @throws DeviceError where there is no memory for it, the signal's reason, and whatever `prepare` throws
   */
  run(prepare: PrepareJob, signal: AbortSignal): Promise<Float32Array<ArrayBuffer>>;
}

/** In this thread, one after the other: stopped between two of them. */
export function createMatrixJobsHere(): MatrixJobs {
  const turns = createMutex();
  const work = createMatrixWork();
  return {
    atOnce: 1,
    run: (prepare, signal) =>
      turns.run(async () => {
        await letMessagesIn();
        signal.throwIfAborted();
        const job = await prepare();
        signal.throwIfAborted();
        return work(job);
      }),
  };
}

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
