/** What a thread is asked to do: with a matrix of every expert, or with one tensor of one of them. */
import type { ThinningJob } from '../sparse/types';
import type { MatrixJob } from '../spectral/merge-matrix';

export type Job = MatrixJob | ThinningJob;

export function isThinning(job: Job): job is ThinningJob {
  return job.work.kind === 'thinning';
}

/** For messages: `768 x 3072`. */
export function sidesOf(job: Job): string {
  return isThinning(job)
    ? job.tensor.shape.join(' x ')
    : `${job.shape.rows} x ${job.shape.columns}`;
}
