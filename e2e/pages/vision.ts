/** The vision tower in its worker. */
import { wrap } from 'comlink';
import { expose } from '../support/pages';
import type { Alteration, Kind, VisionWorker } from './vision-worker';

const worker = wrap<VisionWorker>(
  new Worker(new URL('./vision-worker.ts', import.meta.url), { type: 'module' }),
);

export const room = {
  compare: (kind: Kind, shape: string, experts: readonly string[]) =>
    worker.compare(kind, shape, experts),
  verify: (shape: string, alteration: Alteration) => worker.verify(shape, alteration),
};

expose(room);
