/** Threads of the page that compute with the element-wise kernels, started by the engine's own. */
import { type TeamThreads, teamSize } from '../../runtime/cpu/simd/kernels';
import { createThread } from '../thread';

export function createTeamThreads(): TeamThreads {
  return {
    count: mayShare() ? teamSize(navigator.hardwareConcurrency) : 0,
    start(seat) {
      const thread = createThread(
        new Worker(new URL('./team-thread.ts', import.meta.url), { type: 'module' }),
      );
      thread.post(seat);
      return thread;
    },
  };
}

/**
 * Without isolation there may be shared memory, and no way to hand it to a worker. Firefox (153) now and then never comes back from
 * `new Worker` in a worker that has begun another a moment ago, on a busy machine one time in ten, and the engine with it.
 */
function mayShare(): boolean {
  return crossOriginIsolated && !navigator.userAgent.includes('Firefox/');
}
