/**
 * Matrices in threads, one in each. A thread whose matrix is no longer wanted is ended, which stops it at once, and so is one
 * that has had nothing to do for a while: its memory is given back.
 */
import { DeviceError } from '../../errors';
import type { Job } from './job';
import { createMatrixJobsHere, type MatrixJobs } from './jobs';
import type { MatrixAnswer } from './messages';

/** A thread that runs `answerMatrices`. */
export interface MatrixThread {
  ask(job: Job, transfer: ArrayBuffer[]): void;
  end(): void;
}

/** Starts a thread; `hear` is told what it says, and null where it fails. */
export type SpawnMatrixThread = (hear: (answer: MatrixAnswer | null) => void) => MatrixThread;

/** Each of them holds a matrix with its task vectors and a multiple of it in float64; more wait for the same memory. */
const MAX_THREADS = 4;

/** Reading the next matrix takes less. */
const IDLE_MS = 2000;

export interface MatrixThreads extends MatrixJobs {
  /** Ends all threads. */
  dispose(): void;
}

interface Running {
  readonly thread: MatrixThread;
  /** Told what the thread says next. */
  hear: (answer: MatrixAnswer | null) => void;
}

export function createMatrixThreads(
  spawn: SpawnMatrixThread,
  cores: number,
  idleMs = IDLE_MS,
): MatrixThreads {
  const atOnce = Math.max(1, Math.min(cores, MAX_THREADS));
  const here = createMatrixJobsHere();
  const waiting: (() => void)[] = [];
  const all = new Set<Running>();
  const idle: Running[] = [];
  let free = atOnce;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const end = (one: Running): void => {
    all.delete(one);
    const at = idle.indexOf(one);
    if (at >= 0) idle.splice(at, 1);
    one.thread.end();
  };

  const turn = async (): Promise<void> => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const passOn = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };

  /** What the thread says next; the signal ends it. */
  const answer = (one: Running, signal: AbortSignal): Promise<MatrixAnswer | null> =>
    new Promise((resolve, reject) => {
      const stop = () => {
        end(one);
        reject(signal.reason);
      };
      signal.addEventListener('abort', stop, { once: true });
      one.hear = (said) => {
        signal.removeEventListener('abort', stop);
        if (said === null) end(one);
        resolve(said);
      };
    });

  const start = (): Running | null => {
    try {
      const one: Running = { thread: spawn((said) => one.hear(said)), hear: () => undefined };
      all.add(one);
      return one;
    } catch {
      return null;
    }
  };

  /** A thread that hears; null where none can be started: a browser that starts no thread from a thread. */
  const ready = async (signal: AbortSignal): Promise<Running | null> => {
    const known = idle.pop();
    if (known) return known;
    const one = start();
    if (!one) return null;
    const said = await answer(one, signal);
    return said?.kind === 'ready' ? one : null;
  };

  const rest = (one: Running): void => {
    idle.push(one);
    clearTimeout(timer);
    timer = setTimeout(() => {
      for (const each of [...idle]) end(each);
    }, idleMs);
  };

  const ask = async (
    one: Running,
    job: Job,
    signal: AbortSignal,
  ): Promise<Float32Array<ArrayBuffer>> => {
    const answered = answer(one, signal);
    const buffers = job.tensors.map(({ buffer }) => buffer);
    one.thread.ask(job, buffers);
    const said = await answered;
    if (said?.kind === 'merged') {
      rest(one);
      return said.values;
    }
    if (said) end(one);
    throw new DeviceError(
      said?.kind === 'failed' ? said.message : 'A thread that merges weights ended. Try it again.',
    );
  };

  return {
    atOnce,
    async run(prepare, signal) {
      await turn();
      try {
        signal.throwIfAborted();
        const one = await ready(signal);
        if (!one) return await here.run(prepare, signal);
        let job: Job;
        try {
          job = await prepare();
          signal.throwIfAborted();
        } catch (error) {
          rest(one);
          throw error;
        }
        return await ask(one, job, signal);
      } finally {
        passOn();
      }
    },
    dispose() {
      clearTimeout(timer);
      for (const one of [...all]) end(one);
    },
  };
}
