/** The page's end: it begins the threads that the engine's thread asks for, and hands on what they say to one another. */
import type { ThreadWorker } from '../thread';
import { type Heard, isOfPageThreads, type Wanted } from './messages';

/**
 * Begins threads for a worker that uses `createPageWorkers`, from now on.
 *
 * @param engine the worker
 * @returns `end`, which ends all of them: they do not end with a worker that did not begin them itself
 */
export function beginThreadsFor(
  engine: ThreadWorker,
  begin: (url: string, options: WorkerOptions) => ThreadWorker = (url, options) =>
    new Worker(url, options),
): { end(): void } {
  const threads = new Map<number, ThreadWorker>();
  const tell = (heard: Heard, transfer: Transferable[] = []) => engine.postMessage(heard, transfer);

  const begun = ({ key, url, options }: Extract<Wanted, { pageThread: 'begin' }>): ThreadWorker => {
    const thread = begin(url, options);
    thread.addEventListener('message', ({ data }: MessageEvent<unknown>) =>
      tell({ pageThread: 'message', key, data }, buffersIn(data)),
    );
    thread.addEventListener('error', (event) => {
      event.preventDefault();
      tell({ pageThread: 'error', key, message: event.message ?? '' });
    });
    return thread;
  };

  engine.addEventListener('message', ({ data: wanted }: MessageEvent<unknown>) => {
    if (!isOfPageThreads<Wanted>(wanted)) return;
    const { key } = wanted;
    if (wanted.pageThread === 'begin') {
      try {
        threads.set(key, begun(wanted));
      } catch (error) {
        tell({ pageThread: 'error', key, message: error instanceof Error ? error.message : '' });
      }
    } else if (wanted.pageThread === 'post') {
      threads.get(key)?.postMessage(wanted.message, buffersIn(wanted.message));
    } else {
      threads.get(key)?.terminate();
      threads.delete(key);
    }
  });

  return {
    end() {
      for (const thread of threads.values()) thread.terminate();
      threads.clear();
    },
  };
}

/** Memory in a message that nobody here keeps: it is handed on, not copied. What threads share is not among it. */
function buffersIn(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const look = (part: unknown): void => {
    if (part instanceof ArrayBuffer) found.add(part);
    else if (ArrayBuffer.isView(part)) look(part.buffer);
    else if (typeof part === 'object' && part !== null) Object.values(part).forEach(look);
  };
  look(value);
  return [...found];
}
