/**
 * Work that changes the pool or the tasks, one piece after the other. Whoever awaits inside is overtaken by nobody, so
 * what was read before an await still stands after it.
 */
export interface Queue {
  /**
   * Runs `work` when everything before it has ended, well or not. An abort of `signal` lets go of work that still waits
   * its turn, at once and with the signal's reason; work that has begun heeds the signal itself.
   */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export function createQueue(): Queue {
  let last: Promise<void> = Promise.resolve();
  return {
    run: (work, signal) =>
      new Promise((resolve, reject) => {
        let left = signal?.aborted ?? false;
        const leave = () => {
          left = true;
          reject(signal?.reason);
        };
        if (left) {
          leave();
          return;
        }
        signal?.addEventListener('abort', leave);
        last = last.then(async () => {
          signal?.removeEventListener('abort', leave);
          if (!left) await Promise.resolve().then(work).then(resolve, reject);
        });
      }),
  };
}
