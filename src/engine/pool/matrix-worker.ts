/** A thread that merges matrices; the engine ends it. */
import { answerMatrices } from '../../method/matrices/messages';
import type { MatrixJob } from '../../method/spectral/merge-matrix';
import { READY } from '../ready';

answerMatrices({
  listen: (hear) => addEventListener('message', ({ data }: MessageEvent<MatrixJob>) => hear(data)),
  tell: (answer, transfer) => postMessage(answer, { transfer }),
});
postMessage(READY);
