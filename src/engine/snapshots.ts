/** Pushes snapshots to the page: at once where a command asks for it, else at most one in a short while. */

export interface Snapshots {
  /** Something changed: a snapshot follows shortly. */
  changed(): void;
  /** A snapshot follows now; resolves when the page has it. */
  flush(): Promise<void>;
  /** Nothing follows any more. */
  close(): void;
}

/** @param interval - milliseconds */
export function createSnapshots<T>(
  snapshot: () => T,
  push: (value: T) => void | Promise<void>,
  interval: number,
): Snapshots {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = 0;
  let closed = false;
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (closed) return;
    last = Date.now();
    // A page that fails to draw must not fail the command.
    await Promise.resolve(push(snapshot())).catch(() => undefined);
  };
  return {
    flush,
    changed() {
      if (closed) return;
      timer ??= setTimeout(() => void flush(), Math.max(0, last + interval - Date.now()));
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
