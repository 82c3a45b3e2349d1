/** Threads of the command line that compute with the element-wise kernels. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type MessagePort, Worker } from 'node:worker_threads';
import { type TeamThreads, teamSize } from '../../runtime/cpu/simd/kernels';
import { type TeamSeat, takePart } from '../../runtime/cpu/simd/team';

/** The program of each thread: `src/cli/team-thread.ts`. */
const PROGRAM = 'team-thread.js';

/**
 * @param programs - the folder of the built programs
 * @returns undefined where the thread's program was not built: then the main thread computes alone
 */
export function teamThreads(programs: URL | undefined): TeamThreads | undefined {
  if (!programs) return undefined;
  const program = new URL(PROGRAM, programs);
  if (!existsSync(fileURLToPath(program))) return undefined;
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
