/**
 * Workers of a worker that the page begins for it. Firefox (153) now and then never comes back from `new Worker` in a worker that has
 * begun another, on a busy machine one time in ten, and what computes there with it; the page's own `new Worker` always does.
 */
import { type Heard, isOfPageThreads, type Wanted } from './messages';

/** What is used of a worker's global scope. */
export interface WorkerScope {
  postMessage(message: unknown, options: StructuredSerializeOptions): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
}

/** A class that stands for `Worker` in this scope, whose page has to have called `beginThreadsFor`. */
export function createPageWorkers(scope: WorkerScope) {
  const begun = new Map<number, PageWorker>();
  let keys = 0;
  const ask = (wanted: Wanted, transfer: Transferable[] = []) =>
    scope.postMessage(wanted, { transfer });

  class PageWorker extends EventTarget {
    onmessage: ((event: MessageEvent<unknown>) => void) | null = null;
    onerror: ((event: Event) => void) | null = null;
    readonly #key = keys++;

    constructor(url: string | URL, { type = 'classic', name = '' }: WorkerOptions = {}) {
      super();
      begun.set(this.#key, this);
      ask({ pageThread: 'begin', key: this.#key, url: String(url), options: { type, name } });
    }

    postMessage(
      message: unknown,
      transfer: Transferable[] | StructuredSerializeOptions = [],
    ): void {
      const list = Array.isArray(transfer) ? transfer : (transfer.transfer ?? []);
      ask({ pageThread: 'post', key: this.#key, message }, list);
    }

    terminate(): void {
      begun.delete(this.#key);
      ask({ pageThread: 'end', key: this.#key });
    }
  }

  scope.addEventListener('message', ({ data }) => {
    if (!isOfPageThreads<Heard>(data)) return;
    const worker = begun.get(data.key);
    if (data.pageThread === 'message') {
      const event = new MessageEvent('message', { data: data.data });
      worker?.onmessage?.(event);
      worker?.dispatchEvent(event);
    } else {
      const event = Object.assign(new Event('error'), {
        message: data.message,
      });
      worker?.onerror?.(event);
      worker?.dispatchEvent(event);
    }
  });

  return PageWorker;
}

/** Where a worker cannot be trusted to begin workers, the page begins those that this one asks for from now on. */
export function beginWorkersFromPage(): void {
  if (navigator.userAgent.includes('Firefox/')) {
    Object.assign(globalThis, { Worker: createPageWorkers(globalThis) });
  }
}
