/** Element-wise kernels over threads, in a worker as the engine is one. */
import { wrap } from 'comlink';
import { expose } from '../support/pages';
import type { TeamWorker } from './team-worker';

const worker = wrap<TeamWorker>(
  new Worker(new URL('./team-worker.ts', import.meta.url), { type: 'module' }),
);

export const room = {
  count: () => worker.count(),
  differing: (threads: number) => worker.differing(threads),
};

expose(room);
