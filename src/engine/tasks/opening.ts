/** Opens the tasks: their pictures, by reference, and labels. Once per task, whatever is edited about it. */
import * as v from 'valibot';
import { StorageError } from '../../errors';
import type { Json, Library } from '../../storage/types';
import type { Records } from '../records';
import type { Picture, Task } from '../value';

/** What the library keeps with an image set: the class index of each picture, in the order of the files. */
export function labelsAsFacts(labels: readonly number[]): Json {
  return { labels };
}

const factsSchema = v.object({ labels: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))) });

export interface TaskOpenings {
  /** Opens what of these records has not been opened yet. Inside the queue: one call at a time. */
  open(records: Records): Promise<void>;
  /** The tasks of these records, which have been opened. */
  assemble(records: Records): Task[];
}

interface OpenedTask {
  readonly images: readonly Picture[];
  readonly labels: readonly number[];
}

export function createTaskOpenings(library: Library): TaskOpenings {
  const opened = new Map<string, OpenedTask>();
  /** What the library lost, or labels that make no sense, by id. */
  const failures = new Map<string, string>();

  const open = async (id: string): Promise<void> => {
    if (opened.has(id) || failures.has(id)) return;
    try {
      const stored = await library.getItem(id);
      if (!stored) return;
      const files = await library.openImageSet(id);
      const facts = v.safeParse(factsSchema, stored.facts);
      if (!facts.success || facts.output.labels.length !== files.length) {
        throw new StorageError(
          `${stored.name} has lost its labels in the library. Remove it and add it again.`,
        );
      }
      opened.set(id, { images: files.map(asPicture), labels: facts.output.labels });
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      // Gone meanwhile: the records that come next will not have it.
      const gone = await library.getItem(id).then(
        (item) => item === undefined,
        () => false,
      );
      if (!gone) failures.set(id, error.message);
    }
  };

  return {
    async open({ tasks }) {
      const ids = new Set(tasks.map(({ id }) => id));
      for (const known of [opened, failures]) {
        for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
      }
      await Promise.all(tasks.map(({ id }) => open(id)));
    },
    assemble: ({ tasks }) =>
      tasks.flatMap((record): Task[] => {
        const task = opened.get(record.id);
        if (task) return [{ ...record, ...task }];
        const failure = failures.get(record.id);
        // Listed all the same, so that it can be removed.
        return failure === undefined ? [] : [{ ...record, images: [], labels: [], failure }];
      }),
  };
}

/** Kept with the label before its name: see `addTasks`. People know a picture by its path inside the task. */
function asPicture(file: Picture): Picture {
  return {
    name: file.name.slice(file.name.indexOf('/') + 1),
    // Made when it is asked for, as the library does: thousands of Blobs take seconds.
    get blob() {
      return file.blob;
    },
  };
}
