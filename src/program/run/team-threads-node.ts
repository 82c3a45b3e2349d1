/** Threads of the command line that compute with the element-wise kernels. */
import { availableParallelism } from 'node:os';
import { type MessagePort, Worker } from 'node:worker_threads';
import { type TeamThreads, teamSize } from '../../runtime/cpu/simd/kernels';
import { type TeamSeat, takePart } from '../../runtime/cpu/simd/team';
import { builtProgram } from './built-program-node';

/** The program of each thread: `src/cli/team-thread.ts`. */
const PROGRAM = 'team-thread.js';

/**
 * @param programs - the folder of the built programs
 * @returns undefined where the thread's program was not built: then the main thread computes alone
 */
export function teamThreads(programs: URL | undefined): TeamThreads | undefined {
  const program = builtProgram(programs, PROGRAM);
  if (!program) return undefined;
  return {
    count: teamSize(availableParallelism()),
    start: (seat) => {
      const thread = new Worker(program);
      // One that could not start takes no part; the others compute what there is.
      thread.on('error', () => undefined);
      thread.unref();
      thread.postMessage(seat);
      return { end: () => void thread.terminate() };
    },
  };
}

/** What each of the threads does. */
export function takePartOf(port: MessagePort): void {
  port.once('message', (seat: TeamSeat) => takePart(seat));
}
