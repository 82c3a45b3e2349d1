/** The engine in its worker, filled from this page's own inputs, and how often its text tower has run. */
import { proxy, wrap } from 'comlink';
import type { DroppedFile, StudioState } from '../../src/engine/api';
import { expose } from '../support/pages';
import type { HeadsWorker } from './heads-worker';

const worker = wrap<HeadsWorker>(
  new Worker(new URL('./heads-worker.ts', import.meta.url), { type: 'module' }),
);

let state: StudioState | null = null;

function chosen(label: string): DroppedFile[] {
  const input = [...document.querySelectorAll('label')]
    .find(({ textContent }) => textContent?.trim() === label)
    ?.querySelector('input');
  return Array.from(input?.files ?? [], (file) => ({ path: file.webkitRelativePath, file }));
}

export const room = {
  connect: () =>
    worker.connect(
      proxy((next: StudioState) => {
        state = next;
      }),
    ),
  add: async () => {
    await worker.addCheckpoints('models', chosen('Models'), 'user');
    await worker.addTaskImages('tasks', chosen('Tasks'), 'user');
  },
  scores: () => state?.scores,
  textRuns: () => worker.textRuns(),
};

expose(room);
