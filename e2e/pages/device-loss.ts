/** The engine in its worker, filled from this page's own inputs; what it said since it was asked to compute anew. */
import { proxy, wrap } from 'comlink';
import type { EngineChoice, StudioState } from '../../src/engine/api';
import { chosenFiles } from '../support/chosen-files';
import { expose } from '../support/pages';
import type { DeviceLossWorker, Loss } from './device-loss-worker';

const worker = wrap<DeviceLossWorker>(
  new Worker(new URL('./device-loss-worker.ts', import.meta.url), { type: 'module' }),
);

let state: StudioState | null = null;
let reasons: string[] = [];
let failures: string[] = [];

export const room = {
  connect: () =>
    worker.connect(
      proxy((next: StudioState) => {
        state = next;
        const { reason } = next.engine;
        if (reasons.at(-1) !== reason) reasons.push(reason);
        const { failure } = next.scores;
        if (failure !== null && failures.at(-1) !== failure) failures.push(failure);
      }),
    ),
  add: async () => {
    await worker.addCheckpoints('models', chosenFiles('Models'), 'user');
    await worker.addTaskImages('tasks', chosenFiles('Tasks'), 'user');
  },
  setScalingFactor: (value: number) => worker.setScalingFactor(value),
  chooseEngine: (choice: EngineChoice, losses: Loss[]) => {
    reasons = [];
    failures = [];
    return worker.chooseEngine(choice, losses);
  },
  lose: () => worker.lose(),
  state: () => state,
  reasons: () => reasons,
  failures: () => failures,
  devices: () => worker.devices(),
  unhandled: () => worker.unhandled(),
};

expose(room);
