/** Threads of the command line that merge matrices and thin tensors out. */
import { availableParallelism } from 'node:os';
import { type MessagePort, Worker } from 'node:worker_threads';
import type { Job } from '../../method/matrices/job';
import { answerMatrices, type MatrixAnswer } from '../../method/matrices/messages';
import { createMatrixThreads, type MatrixThreads } from '../../method/matrices/threads';
import { builtProgram } from './built-program-node';

/** The program of each thread: `src/cli/matrix-worker.ts`. */
const PROGRAM = 'matrix-worker.js';

/**
 * @param programs - the folder of the built programs
 * @returns undefined where the thread's program was not built: then matrices are merged in the main thread
 */
export function createMatrixWorkers(programs: URL | undefined): MatrixThreads | undefined {
  const program = builtProgram(programs, PROGRAM);
  if (!program) return undefined;
  return createMatrixThreads((hear) => {
    const worker = new Worker(program);
    // What our own program says.
    worker.on('message', (answer: MatrixAnswer) => hear(answer));
    worker.on('error', () => hear(null));
    return {
      ask: (job, transfer) => worker.postMessage(job, transfer),
      end: () => void worker.terminate(),
    };
  }, availableParallelism());
}

/** What each of the threads does. */
export function answerMatricesOf(port: MessagePort): void {
  answerMatrices({
    listen: (hear) => port.on('message', (job: Job) => hear(job)),
    tell: (answer, transfer) => port.postMessage(answer, transfer),
  });
}
