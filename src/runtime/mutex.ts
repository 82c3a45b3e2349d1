/** Runs async work one piece at a time, in the order asked for. */
export interface Mutex {
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function createMutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(work) {
      const result = last.then(work, work);
      // A failed piece must not fail the ones behind it.
      last = result.catch(() => undefined);
      return result;
    },
  };
}
