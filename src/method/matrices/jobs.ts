/** Work on whole matrices, one job each: in this thread, or in others that whoever computes has (`threads.ts`). */
import { letMessagesIn } from '../../runtime/let-messages-in';
import { createMutex } from '../../runtime/mutex';
import type { MatrixJob } from '../spectral/merge-matrix';

/** Reads what a job is about: called when its turn has come, so that no more is read than is worked on. */
export type PrepareJob = () => Promise<MatrixJob>;

export interface MatrixJobs {
  /** How many matrices are worked on at once. */
  readonly atOnce: number;
  /**
   * The merged task vector of a matrix, or what is to be known of it, the same bits wherever it is computed. The job's tensors are not to be used
   * afterwards.
   *
   * @throws DeviceError where there is no memory for it, the signal's reason, and whatever `prepare` throws
   */
  run(prepare: PrepareJob, signal: AbortSignal): Promise<Float32Array<ArrayBuffer>>;
}

/** In this thread, one after the other: stopped between two of them. */
export function createMatrixJobsHere(): MatrixJobs {
  const turns = createMutex();
  let work: ((job: MatrixJob) => Float32Array<ArrayBuffer>) | undefined;
  return {
    atOnce: 1,
    run: (prepare, signal) =>
      turns.run(async () => {
        await letMessagesIn();
        // Loaded for the first matrix: few visits merge any here.
        work ??= (await import('./work')).createMatrixWork();
        signal.throwIfAborted();
        const job = await prepare();
        signal.throwIfAborted();
        return work(job);
      }),
  };
}
