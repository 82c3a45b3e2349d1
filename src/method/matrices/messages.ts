/** What a thread is asked, one job at a time, and says. */
import type { Job } from './job';
import { createMatrixWork } from './work';

export type MatrixAnswer =
  /** The thread is there: what is asked of it from now on is heard. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'merged'; readonly values: Float32Array<ArrayBuffer> }
  | { readonly kind: 'failed'; readonly message: string };

/** Where a thread is heard: a worker's own side of it. */
export interface MatrixPort {
  listen(hear: (job: Job) => void): void;
  tell(answer: MatrixAnswer, transfer: ArrayBuffer[]): void;
}

/** What each of the threads does. */
export function answerMatrices({ listen, tell }: MatrixPort): void {
  const work = createMatrixWork();
  listen((job) => {
    try {
      const values = work(job);
      tell({ kind: 'merged', values }, [values.buffer]);
    } catch (error) {
      tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }, []);
    }
  });
  tell({ kind: 'ready' }, []);
}
