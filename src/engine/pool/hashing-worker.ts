/** A thread that hashes the weights of models side by side and tells how far it is; the engine ends it. */
import { createLanes } from '../../checkpoint/sha256/lanes';
import { weightsSha256 } from '../../checkpoint/weights-sha256';
import { READY } from '../ready';
import type { HashAnswer, HashRequest } from './hashing-messages';

const lanes = createLanes();
const stops = new Map<number, AbortController>();
const tell = (answer: HashAnswer) => postMessage(answer);

addEventListener('message', ({ data }: MessageEvent<HashRequest>) => {
  const { id } = data;
  if (data.kind === 'stop') {
    stops.get(id)?.abort();
    return;
  }
  const stop = new AbortController();
  stops.set(id, stop);
  weightsSha256(data.files, {
    lanes,
    signal: stop.signal,
    resume: data.resume,
    onProgress: (bytesDone, bytesTotal, state) =>
      tell({ kind: 'progress', id, bytesDone, bytesTotal, state: state() }),
  })
    .then(
      (sha256) => tell({ kind: 'sum', id, sha256 }),
      () => tell({ kind: 'failed', id }),
    )
    .finally(() => stops.delete(id));
});
postMessage(READY);
