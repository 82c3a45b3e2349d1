/**
 * The library as the engine sees it: models and image sets that survive a reload, each a set of named files, and small
 * settings. The words of the rest of the program (task vectors, pools, scores) do not occur here.
 */
import type { NamedBlob } from '../checkpoint/types';

/** What can be kept as facts or as a setting: declare it with `type`, an `interface` is not assignable. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** A model or an image set in the library, without its files. */
export interface StoredItem {
  readonly id: string;
  readonly name: string;
  /** Bytes of all its files. */
  readonly size: number;
  readonly fileCount: number;
  /** Milliseconds since 1970 at which the import was complete. */
  readonly importedAt: number;
  /** What the importer knows about it, opaque to the library. */
  readonly facts: Json;
}

export interface ImportRequest {
  readonly name: string;
  /** Kept in this order; names are unique. */
  readonly files: readonly NamedBlob[];
  readonly facts: Json;
}

export interface ImportOptions {
  /** Aborting leaves nothing behind; the import rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called once at the start, then after every part that is on disk: never decreasing, last with both equal. */
  readonly onProgress?: ((bytesDone: number, bytesTotal: number) => void) | undefined;
}

/** Bytes. `quota` and `available` are null where the browser does not tell. */
export interface Usage {
  /** Everything this origin keeps, by the browser's own estimate (padded in some); `held` where it gives none. */
  readonly used: number;
  /** Sizes of the models and image sets in this library, summed; what is derived from them makes room for them. */
  readonly held: number;
  readonly quota: number | null;
  readonly available: number | null;
  /** The browser has promised not to evict it. */
  readonly persisted: boolean;
}

/** What another tab (or another library of this page) changed. */
export interface LibraryChange {
  readonly what: 'model' | 'imageset' | 'setting';
  /** The item's id, or the setting's name. */
  readonly id: string;
}

/** What `recover` found and removed. */
export interface Recovery {
  /** Names of imports that a closed or crashed tab left unfinished. */
  readonly unfinished: readonly string[];
  /** Records that belonged to no import and to no item. */
  readonly orphans: number;
  /** Scratch files that no tab holds. */
  readonly scratchFiles: number;
}

export interface ScratchOptions {
  /** Aborting closes and removes the file; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes to come, if known: refused before the first byte where they cannot fit. */
  readonly size?: number | undefined;
  /** Called after every chunk. */
  readonly onProgress?: ((bytesDone: number) => void) | undefined;
}

/** A file that was streamed out. It is on disk, not in memory, and lives until `remove` or until the tab is gone. */
export interface ScratchFile {
  readonly file: File;
  remove(): Promise<void>;
}

/** Every method rejects with `StorageError` where the browser's storage fails. */
export interface Library {
  importModel(request: ImportRequest, options?: ImportOptions): Promise<StoredItem>;
  importImageSet(request: ImportRequest, options?: ImportOptions): Promise<StoredItem>;
  /** In order of import. */
  listModels(): Promise<StoredItem[]>;
  listImageSets(): Promise<StoredItem[]>;
  /** A model's files in the order of import, each one Blob of references into the store: no byte is read. */
  openModel(id: string): Promise<NamedBlob[]>;
  /** As `openModel`; a picture's Blob is made each time it is asked for, so that thousands cost nothing. */
  openImageSet(id: string): Promise<NamedBlob[]>;
  /** Removes a model or an image set and frees its space. No-op if there is none. */
  remove(id: string): Promise<void>;
  /**
   * Replaces the facts of a model or an image set. With a function it is computed from the present facts in the same
   * transaction, so that two writers do not lose each other's.
   */
  setFacts(id: string, facts: Json | ((facts: Json) => Json)): Promise<void>;
  /** Bytes that were derived from an item and kept under this name, where they still are. */
  getDerived(id: string, name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /**
   * Keeps bytes that were computed from an item and can be computed again. They go with the item, or earlier: what was not
   * used for longest makes room. No-op where the item is gone, or where they alone are too much.
   */
  putDerived(id: string, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  getSetting(name: string): Promise<Json | undefined>;
  /** `undefined` removes it. */
  setSetting(name: string, value: Json | undefined): Promise<void>;
  usage(): Promise<Usage>;
  /** To be run at start: removes what closed or crashed tabs left behind, never what a living tab is writing. */
  recover(): Promise<Recovery>;
  /** Streams a file to disk (memory stays flat) and hands it out as a File of this name. */
  scratchFile(
    name: string,
    chunks: AsyncIterable<Uint8Array>,
    options?: ScratchOptions,
  ): Promise<ScratchFile>;
  /** Tells of changes made by other tabs, not of this library's own. Returns the way to stop. */
  onChange(listener: (change: LibraryChange) => void): () => void;
  /** Closes the database and the channel to other tabs. */
  close(): Promise<void>;
}
