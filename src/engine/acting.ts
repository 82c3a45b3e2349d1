/** What every command is made of: its turn, and the snapshot that the page has when its promise is settled. */
import type { Queue } from './queue';
import type { Records } from './records';
import type { Snapshots } from './snapshots';
import type { State } from './state';

export interface Acting {
  /** Settles when the page has the snapshot with the command's effect, or with that of its failure. */
  command<T>(work: () => Promise<T> | T): Promise<T>;
  /** Changes pool or tasks when it is its turn. */
  change(edit: (records: Records) => Records): Promise<void>;
  /** Changes a number at once: see `State.setNumber`. */
  setNumber(field: string, edit: (records: Records) => Records): Promise<void>;
  /**
   * A page whose engine was replaced shows its pool before the new one has read it: what it asks of the pool waits until it has, and
   * fails where it could not.
   */
  whenOpen<P extends readonly unknown[], T>(
    ask: (...given: P) => Promise<T>,
  ): (...given: P) => Promise<T>;
  /** What is asked from here on waits for this reading. */
  opens(reading: Promise<void>): void;
}

export function createActing(queue: Queue, state: State, snapshots: Snapshots): Acting {
  /** Not null until the library has been read, and where it could not be. */
  let opening: Promise<void> | null = null;

  const command: Acting['command'] = async (work) => {
    try {
      return await work();
    } finally {
      await snapshots.flush();
    }
  };

  return {
    command,
    change: (edit) => command(() => queue.run(() => state.change(edit))),
    setNumber: (field, edit) => command(() => state.setNumber(field, edit)),
    whenOpen:
      (ask) =>
      (...given) =>
        opening === null ? ask(...given) : opening.then(() => ask(...given)),
    opens(reading) {
      opening = reading;
      reading.then(
        () => {
          opening = null;
        },
        () => undefined,
      );
    },
  };
}
