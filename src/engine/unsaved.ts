/**
 * Numbers that hold at once and reach the library a little later: a factor, a weight, the method. Until then they lie over
 * whatever is read from it, so that records which were read before a number was written do not bring the old one back.
 */
import type { Library } from '../storage/types';
import { changesBetween, type Records, readRecords } from './records';

export type RecordEdit = (records: Records) => Records;

export interface Unsaved {
  /** Holds from now on; the latest of a field wins. Resolves when the library has it, or a later one of its field. */
  set(field: string, edit: RecordEdit): Promise<void>;
  /** Several, by their fields: no reader of the library sees the one without the other. */
  setAll(edits: ReadonlyMap<string, RecordEdit>): Promise<void>;
  /** Resolves when everything that was set so far is in the library, or could not be written. */
  settled(): Promise<void>;
  /**
   * To be called before records are read: gives the way to lay over them whatever they may lack. What was in the library
   * before the reading began is theirs, and perhaps another tab's by now.
   */
  beforeReading(): RecordEdit;
}

interface Entry {
  readonly edit: RecordEdit;
  saved: boolean;
}

export function createUnsaved(library: Library): Unsaved {
  const fields = new Map<string, Entry>();
  let writing: Promise<void> | null = null;

  const write = async (): Promise<void> => {
    for (;;) {
      const pending = [...fields.values()].filter(({ saved }) => !saved);
      if (pending.length === 0) return;
      await library.transact((stored) => {
        const { records } = readRecords(stored);
        return changesBetween(records, applyAll(pending, records));
      });
      for (const entry of pending) entry.saved = true;
    }
  };

  const save = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = null;
    });
    return writing;
  };

  const setAll = (edits: ReadonlyMap<string, RecordEdit>): Promise<void> => {
    for (const [field, edit] of edits) fields.set(field, { edit, saved: false });
    return save();
  };

  return {
    set: (field, edit) => setAll(new Map([[field, edit]])),
    setAll,
    async settled() {
      await writing?.catch(() => undefined);
    },
    beforeReading() {
      const before = [...fields].filter(([, { saved }]) => saved);
      return (records) => {
        for (const [field, entry] of before) {
          if (fields.get(field) === entry) fields.delete(field);
        }
        return applyAll([...fields.values()], records);
      };
    },
  };
}

function applyAll(entries: readonly Entry[], records: Records): Records {
  return entries.reduce((edited, { edit }) => edit(edited), records);
}
