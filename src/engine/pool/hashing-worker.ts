/** A thread that hashes the weights of one model and tells how far it is; the engine ends it. */
import { weightsSha256 } from '../../checkpoint/weights-sha256';
import type { HashAnswer, HashRequest } from './hashing-messages';

const tell = (answer: HashAnswer) => postMessage(answer);

addEventListener('message', ({ data }: MessageEvent<HashRequest>) => {
  weightsSha256(data.files, {
    resume: data.resume,
    onProgress: (bytesDone, bytesTotal, state) =>
      tell({ kind: 'progress', bytesDone, bytesTotal, state: state() }),
  }).then(
    (sha256) => tell({ kind: 'sum', sha256 }),
    () => tell({ kind: 'failed' }),
  );
});
