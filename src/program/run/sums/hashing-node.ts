/** SHA-256 of files in threads of their own, beside whatever else the program does. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { FileIdentity } from '../../../checkpoint/file-source-node';
import { FormatError } from '../../../errors';
import threadText from './hash-thread-node.cjs?raw';

/** More only wait for the same disk and memory. */
const MAX_THREADS = 4;

export interface Hashing {
  /**
   * SHA-256 of files, one after the other as if they were one; files are hashed in the order in which they are asked for.
   * @returns 64 lower-case hexadecimal digits; rejects with FormatError where a file cannot be read or has changed
   */
  sha256(files: readonly FileIdentity[]): Promise<string>;
  /** Ends the threads; what was asked for and is not there yet stays so. */
  dispose(): Promise<void>;
}

interface Task {
  readonly files: readonly FileIdentity[];
  resolve(sha256: string): void;
  reject(error: unknown): void;
}

type Answer = { readonly sha256: string } | { readonly file: string; readonly reason: string };

/** Threads are started when there is work for them, and keep no process from ending. */
export function createHashing(): Hashing {
  const most = Math.min(availableParallelism(), MAX_THREADS);
  const threads: Worker[] = [];
  const idle: Worker[] = [];
  const queue: Task[] = [];

  const start = (): Worker => {
    const thread = new Worker(threadText, { eval: true });
    thread.unref();
    threads.push(thread);
    return thread;
  };

  const work = (thread: Worker): void => {
    const task = queue.shift();
    if (!task) {
      thread.unref();
      idle.push(thread);
      return;
    }
    const settle = (done: () => void) => {
      thread.off('message', onMessage);
      thread.off('error', onError);
      done();
      work(thread);
    };
    const onMessage = (answer: Answer) =>
      settle(() => {
        if ('sha256' in answer) task.resolve(answer.sha256);
        else task.reject(unreadable(answer));
      });
    // Without memory for it, for one; whoever waits has to know.
    const onError = (error: unknown) => {
      thread.off('message', onMessage);
      threads.splice(threads.indexOf(thread), 1);
      task.reject(error);
      if (queue.length > 0) work(start());
    };
    thread.on('message', onMessage);
    thread.on('error', onError);
    thread.ref();
    thread.postMessage(task.files);
  };

  return {
    sha256: (files) =>
      new Promise((resolve, reject) => {
        queue.push({ files, resolve, reject });
        const free = idle.pop() ?? (threads.length < most ? start() : undefined);
        if (free) work(free);
      }),
    async dispose() {
      queue.length = 0;
      idle.length = 0;
      await Promise.all(threads.splice(0).map((thread) => thread.terminate()));
    },
  };
}

function unreadable({ file, reason }: { readonly file: string; readonly reason: string }): Error {
  return new FormatError(
    file,
    `its SHA-256 cannot be computed: ${reason}. Run the command again when nothing changes the file.`,
  );
}
