/** Threads of the page that compute with the element-wise kernels, started by the engine's own. */
import { type TeamThreads, teamSize } from '../../runtime/cpu/simd/kernels';
import { createThread } from '../thread';

export function createTeamThreads(): TeamThreads {
  return {
    // Without isolation there may be shared memory, and no way to hand it to a worker.
    count: crossOriginIsolated ? teamSize(navigator.hardwareConcurrency) : 0,
    start(seat) {
      const thread = createThread(
        new Worker(new URL('./team-thread.ts', import.meta.url), { type: 'module' }),
      );
      thread.post(seat);
      return thread;
    },
  };
}
