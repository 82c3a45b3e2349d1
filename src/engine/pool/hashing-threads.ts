/**
 * Hashing in threads of their own: the engine's stays free, and models are hashed side by side. A thread is there for one
 * model; it is ended where nobody waits for its sum any more, which stops it at once.
 */
import type { HashOptions } from '../../checkpoint/hash-blob';
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

/** What is used of a Worker. */
export interface HashThread {
  onmessage: ((event: MessageEvent<HashAnswer>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(request: HashRequest): void;
  terminate(): void;
}

/** Less takes a quarter of a second, and a thread takes as long to start. */
const WORTH_A_THREAD_BYTES = 50_000_000;

/** More only wait for the same disk and memory. */
const MAX_THREADS = 4;

export function createHashingThreads(spawn: () => HashThread, cores: number): Hasher {
  const inThread = (
    files: readonly NamedBlob<Blob>[],
    { signal, resume, onProgress }: HashOptions,
  ): Promise<string | null> =>
    new Promise((resolve, reject) => {
      const thread = spawn();
      const end = (settle: () => void) => {
        thread.onmessage = null;
        thread.onerror = null;
        thread.terminate();
        signal?.removeEventListener('abort', stop);
        settle();
      };
      const stop = () => end(() => reject(signal?.reason));
      signal?.addEventListener('abort', stop);
      // No memory for it, or a browser that starts no thread from a thread.
      thread.onerror = () => end(() => resolve(null));
      thread.onmessage = ({ data }) => {
        if (data.kind === 'progress')
          onProgress?.(data.bytesDone, data.bytesTotal, () => data.state);
        else end(() => resolve(data.kind === 'sum' ? data.sha256 : null));
      };
      thread.postMessage({ files, resume });
    });

  return {
    atOnce: Math.max(1, Math.min(cores, MAX_THREADS)),
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
