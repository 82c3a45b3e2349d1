/** Work on whole matrices and other tensors, one job each: in this thread, or in others that whoever computes has (`threads.ts`). */
import { letMessagesIn } from '../../runtime/let-messages-in';
import { createMutex } from '../../runtime/mutex';
import type { Job } from './job';

/** Reads what a job is about: called when its turn has come, so that no more is read than is worked on. */
export type PrepareJob = () => Promise<Job>;

export interface MatrixJobs {
  /** How many jobs are done at once. */
  readonly atOnce: number;
  /**
   * The merged task vector of a matrix, what is to be known of it, or a tensor that was thinned out, the same bits wherever it is computed. The job's tensors are not to be used
   * afterwards.
   *
   * @throws DeviceError where there is no memory for it, the signal's reason, and whatever `prepare` throws
   */
  run(prepare: PrepareJob, signal: AbortSignal): Promise<Float32Array<ArrayBuffer>>;
}

/** In this thread, one after the other: stopped between two of them. */
export function createMatrixJobsHere(): MatrixJobs {
  const turns = createMutex();
  let work: ((job: Job) => Float32Array<ArrayBuffer>) | undefined;
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
