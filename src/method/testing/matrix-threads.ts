/** Threads that are none: what they are asked is answered in turns of the event loop, as a real thread's answers come. */
import type { Job } from '../matrices/job';
import { answerMatrices, type MatrixAnswer } from '../matrices/messages';
import type { MatrixThread, SpawnMatrixThread } from '../matrices/threads';

export interface FakeThread extends MatrixThread {
  readonly asked: Job[];
  ended: boolean;
  /** Says something, as the thread would; null: it fails. */
  say(answer: MatrixAnswer | null): void;
}

/** @param works - do the threads their work, or is it left to the test to speak for them? */
export function fakeThreads(works: boolean): {
  readonly spawned: FakeThread[];
  readonly spawn: SpawnMatrixThread;
} {
  const spawned: FakeThread[] = [];
  const spawn: SpawnMatrixThread = (hear) => {
    let told: (job: Job) => void = () => undefined;
    const thread: FakeThread = {
      asked: [],
      ended: false,
      say: (answer) => {
        if (!thread.ended) hear(answer);
      },
      ask(job, transfer) {
        const taken = structuredClone(job, { transfer });
        thread.asked.push(taken);
        setTimeout(() => told(taken));
      },
      end() {
        thread.ended = true;
      },
    };
    spawned.push(thread);
    if (works) {
      setTimeout(() =>
        answerMatrices({
          listen: (listener) => {
            told = listener;
          },
          tell: (answer) => thread.say(answer),
        }),
      );
    }
    return thread;
  };
  return { spawned, spawn };
}
