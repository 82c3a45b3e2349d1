/** Decoding in its worker, driven with the files chosen in this page's own input. */
import { wrap } from 'comlink';
import { expose } from '../support/pages';
import type { PicturesWorker } from './pictures-worker';

const worker = wrap<PicturesWorker>(
  new Worker(new URL('./pictures-worker.ts', import.meta.url), { type: 'module' }),
);

const input = document.createElement('input');
input.type = 'file';
input.multiple = true;
document.body.append(input);

function chosen(): File[] {
  return Array.from(input.files ?? []);
}

export const room = {
  decodeChosen: () => worker.decode(chosen()),
  readChosenZips: () => worker.readZips(chosen()),
};

expose(room);
