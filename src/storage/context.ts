/** What every file of this room needs to work on one library. */
import type { Database } from './database';
import { accessFailed } from './failure';
import type { PartValues } from './part-values';
import type { FileEntry } from './parts';
import type { ItemKind, Json, LibraryChange } from './types';

/** What is still to be written of a staged import, and the way to give up its lock. */
export interface Staging {
  readonly kind: ItemKind;
  readonly name: string;
  readonly size: number;
  readonly partSize: number;
  readonly files: readonly FileEntry[];
  readonly facts: Json;
  readonly unlock: () => void;
}

export interface LibraryContext {
  /** Also the prefix of its locks and scratch files, and the name of its channel. */
  readonly storeName: string;
  readonly database: Database;
  readonly partSize: number;
  readonly partValues: PartValues;
  /** Bytes of everything derived, together. */
  readonly derivedLimit: number;
  /** Bytes of all results, together. */
  readonly resultsLimit: number;
  /** Bytes of all kept files, together. */
  readonly keptLimit: number;
  /** Imports that are staged and neither committed nor discarded, by id. */
  readonly staged: Map<string, Staging>;
  readonly now: () => number;
  readonly randomId: () => string;
  readonly announce: (change: LibraryChange) => void;
}

/** How other tabs are told of a change to this kind of item. */
export const changed = (kind: ItemKind): LibraryChange['what'] =>
  kind === 'checkpoint' ? 'model' : 'imageset';

export const importLock = (storeName: string, id: string) => `${storeName}:import:${id}`;

/** Turns a failure of the browser's storage into a message; every other error passes as it is. */
export async function guarded<T>(doing: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw explained(doing, error);
  }
}

/** The error to be thrown for this one. */
export function explained(doing: string, error: unknown): unknown {
  return error instanceof DOMException ? accessFailed(doing, error) : error;
}
