/** A thread of the engine's own. What is sent to it waits until it listens: WebKit loses what comes while its modules are loading. */
import { READY } from './ready';

export interface Thread {
  post(message: unknown, transfer?: Transferable[]): void;
  /** Ends it at once. */
  end(): void;
}

export interface ThreadEvents {
  /** Everything that it says but `READY`, which it has to say once it listens. */
  onMessage?(data: unknown): void;
  /** An error reached its top. */
  onError?(): void;
}

/** What is used of a Worker. */
export type ThreadWorker = Pick<Worker, 'addEventListener' | 'postMessage' | 'terminate'>;

export function createThread(
  worker: ThreadWorker,
  { onMessage, onError }: ThreadEvents = {},
): Thread {
  const queued: { readonly message: unknown; readonly transfer: Transferable[] }[] = [];
  let listens = false;
  worker.addEventListener('message', ({ data }) => {
    if (data !== READY) {
      onMessage?.(data);
      return;
    }
    listens = true;
    for (const { message, transfer } of queued.splice(0)) worker.postMessage(message, transfer);
  });
  worker.addEventListener('error', () => onError?.());
  return {
    post(message, transfer = []) {
      if (listens) worker.postMessage(message, transfer);
      else queued.push({ message, transfer });
    },
    end: () => worker.terminate(),
  };
}

/** A thread that is asked and answers; `hear` is told what it says, and null where it fails. */
export function answeringThread<Request, Answer>(
  worker: ThreadWorker,
  hear: (answer: Answer | null) => void,
): { ask(request: Request, transfer?: Transferable[]): void; end(): void } {
  const { post, end } = createThread(worker, {
    // Both ends are this program's.
    onMessage: (data) => hear(data as Answer),
    onError: () => hear(null),
  });
  return { ask: post, end };
}
