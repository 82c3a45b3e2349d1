/** The engine in its worker, filled from this page's own inputs, and how often its towers have run. */
import { proxy, wrap } from 'comlink';
import type { StudioState } from '../../src/engine/api';
import { chosenFiles } from '../support/chosen-files';
import { expose } from '../support/pages';
import type { HeadsWorker } from './heads-worker';

const worker = wrap<HeadsWorker>(
  new Worker(new URL('./heads-worker.ts', import.meta.url), { type: 'module' }),
);

let state: StudioState | null = null;

export const room = {
  connect: () =>
    worker.connect(
      proxy((next: StudioState) => {
        state = next;
      }),
    ),
  add: async () => {
    await worker.addCheckpoints('models', chosenFiles('Models'), 'user');
    await worker.addTaskImages('tasks', chosenFiles('Tasks'), 'user');
  },
  scores: () => state?.scores,
  textRuns: () => worker.textRuns(),
  visionRuns: () => worker.visionRuns(),
};

expose(room);
