/** A thread that merges matrices; the engine ends it. */
import type { Job } from '../../method/matrices/job';
import { answerMatrices } from '../../method/matrices/messages';
import { READY } from '../ready';

answerMatrices({
  listen: (hear) => addEventListener('message', ({ data }: MessageEvent<Job>) => hear(data)),
  tell: (answer, transfer) => postMessage(answer, { transfer }),
});
postMessage(READY);
