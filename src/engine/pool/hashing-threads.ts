/**
 * Hashing in threads of their own: the engine's stays free, and models are hashed side by side, up to four in a thread, where four
 * take about as long as two would. A thread is ended where nobody waits for a sum of it any more, which stops it at
 * once.
 */
import type { HashOptions } from '../../checkpoint/hash-blob';
import { STREAMS } from '../../checkpoint/sha256/four-streams';
import type { NamedBlob } from '../../checkpoint/types';
import { weightsSha256 } from '../../checkpoint/weights-sha256';
import type { HashAnswer, HashRequest } from './hashing-messages';

export interface Hasher {
  /** How many models are best hashed at once. */
  readonly atOnce: number;
  /** As `weightsSha256`. */
  sha256(files: readonly NamedBlob<Blob>[], options: HashOptions): Promise<string>;
}

/** In the engine's own thread, in pieces that leave it time for others. */
export const hashHere: Hasher = { atOnce: 1, sha256: weightsSha256 };

/** A thread that runs `hashing-worker.ts`. */
export interface HashThread {
  ask(request: HashRequest): void;
  end(): void;
}

/** Starts a thread; `hear` is told what it says, and null where it fails. */
export type SpawnHashThread = (hear: (answer: HashAnswer | null) => void) => HashThread;

/** Less takes a quarter of a second, and a thread takes as long to start. */
const WORTH_A_THREAD_BYTES = 50_000_000;

/** More only wait for the same disk and memory. */
const MAX_THREADS = 4;

/** What is known of a thread: who waits for its answers, by the id of what they asked for. */
interface Running {
  readonly thread: HashThread;
  readonly asked: Map<number, (answer: HashAnswer | null) => void>;
}

export function createHashingThreads(spawn: SpawnHashThread, cores: number): Hasher {
  const threads = Math.max(1, Math.min(cores, MAX_THREADS));
  const running = new Set<Running>();
  let ids = 0;

  const start = (): Running => {
    const asked: Running['asked'] = new Map();
    const thread = spawn((answer) => {
      if (answer) asked.get(answer.id)?.(answer);
      // No memory for it, or a browser that starts no thread from a thread.
      else for (const hear of [...asked.values()]) hear(null);
    });
    const one = { thread, asked };
    running.add(one);
    return one;
  };

  /** The one with least to do, or a new one. */
  const pick = (): Running => {
    const [idlest] = [...running].sort((a, b) => a.asked.size - b.asked.size);
    return idlest && running.size >= threads ? idlest : start();
  };

  const inThread = (
    files: readonly NamedBlob<Blob>[],
    { signal, resume, onProgress }: HashOptions,
  ): Promise<string | null> =>
    new Promise((resolve, reject) => {
      const one = pick();
      const id = ids++;
      const end = (settle: () => void, isStopped = false) => {
        one.asked.delete(id);
        if (one.asked.size === 0) {
          one.thread.end();
          running.delete(one);
        } else if (isStopped) one.thread.ask({ kind: 'stop', id });
        signal?.removeEventListener('abort', stop);
        settle();
      };
      const stop = () => end(() => reject(signal?.reason), true);
      signal?.addEventListener('abort', stop);
      one.asked.set(id, (answer) => {
        if (answer?.kind === 'progress')
          onProgress?.(answer.bytesDone, answer.bytesTotal, () => answer.state);
        else end(() => resolve(answer?.kind === 'sum' ? answer.sha256 : null));
      });
      one.thread.ask({ kind: 'hash', id, files, resume });
    });

  return {
    atOnce: threads * STREAMS,
    async sha256(files, options) {
      options.signal?.throwIfAborted();
      const bytes = files.reduce((sum, { blob }) => sum + blob.size, 0);
      if (bytes < WORTH_A_THREAD_BYTES) return weightsSha256(files, options);
      let { resume } = options;
      const onProgress: HashOptions['onProgress'] = (bytesDone, bytesTotal, state) => {
        resume = { bytesDone, state: state() };
        options.onProgress?.(bytesDone, bytesTotal, state);
      };
      const sum = await inThread(files, { ...options, onProgress });
      // Where the thread failed, from there on here: it succeeds, or says why not.
      return sum ?? weightsSha256(files, { ...options, resume });
    },
  };
}
