/** The records of the store, and what every file of this room needs to work on them. */
import { StorageError } from '../errors';
import type { Database } from './database';
import { accessFailed } from './failure';
import type { ItemKind } from './keys';
import type { FileEntry } from './parts';
import type { Json, LibraryChange, StoredItem } from './types';

/** An import that is under way, or that died. */
export interface Job {
  readonly name: string;
  /** Milliseconds since 1970 of its last write: its only sign of life where there are no Web Locks. */
  readonly touchedAt: number;
}

/** Records of another schema belong to another version of the program: they are neither shown nor touched. */
export const SCHEMA = 1;

export interface Manifest {
  readonly schema: typeof SCHEMA;
  readonly name: string;
  readonly size: number;
  readonly partSize: number;
  readonly fileCount: number;
  readonly importedAt: number;
  readonly facts: Json;
}

export type FileTable = readonly FileEntry[];

/** Of bytes that were derived from an item. */
export interface DerivedUse {
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly usedAt: number;
}

export interface LibraryContext {
  /** Also the prefix of its locks and scratch files, and the name of its channel. */
  readonly storeName: string;
  readonly database: Database;
  readonly partSize: number;
  /** Bytes of everything derived, together. */
  readonly derivedLimit: number;
  readonly now: () => number;
  readonly randomId: () => string;
  readonly announce: (change: LibraryChange) => void;
}

export function toStoredItem(id: string, manifest: Manifest): StoredItem {
  const { name, size, fileCount, importedAt, facts } = manifest;
  return { id, name, size, fileCount, importedAt, facts };
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
    if (error instanceof StorageError || !(error instanceof DOMException)) throw error;
    throw accessFailed(doing, error);
  }
}
