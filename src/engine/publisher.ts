/** Pushes snapshots to the page, at most one in a short while: a batch of a tiny model takes a few milliseconds. */

export interface Publisher {
  /** Something changed: a snapshot follows shortly. */
  changed(): void;
  /** A snapshot follows now. */
  flush(): void;
}

/** Often enough to look continuous, seldom enough to leave the page its time. */
const INTERVAL_MS = 60;

export function createPublisher<T>(snapshot: () => T, push: (value: T) => void): Publisher {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let last = 0;
  const flush = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    last = Date.now();
    push(snapshot());
  };
  return {
    flush,
    changed() {
      timer ??= setTimeout(flush, Math.max(0, last + INTERVAL_MS - Date.now()));
    },
  };
}
