/** Element-wise kernels over threads, in a worker as the engine is one. */
import { wrap } from 'comlink';
import { beginThreadsFor } from '../../src/engine/page-threads/begin-threads';
import { expose } from '../support/pages';
import type { TeamWorker } from './team-worker';

const team = new Worker(new URL('./team-worker.ts', import.meta.url), { type: 'module' });
beginThreadsFor(team);
const worker = wrap<TeamWorker>(team);

export const room = {
  count: () => worker.count(),
  differing: (threads: number) => worker.differing(threads),
};

expose(room);
