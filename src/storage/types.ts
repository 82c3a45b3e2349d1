/**
 * The library as the engine sees it: models and image sets that survive a reload, each a set of named files with what its
 * user keeps with it, what was computed from them, and small settings. The words of the rest of the program (task vectors,
 * pools, scores) do not occur here.
 */
import type { NamedBlob } from '../checkpoint/types';

/** What can be kept as facts, as an entry or as a setting: declare it with `type`, an `interface` is not assignable. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** A model or an image set. */
export type ItemKind = 'checkpoint' | 'imageset';

/** A model or an image set in the library, without its files. */
export interface StoredItem {
  readonly id: string;
  readonly kind: ItemKind;
  readonly name: string;
  /** Bytes of all its files. */
  readonly size: number;
  readonly fileCount: number;
  /** Milliseconds since 1970 at which it was committed; of two items the later has the larger, whatever the clock does. */
  readonly importedAt: number;
  /** What the importer knows about it, opaque to the library. */
  readonly facts: Json;
}

/** An item and what its user keeps with it: opaque here, replaced whole. */
export interface ItemEntry {
  readonly id: string;
  readonly kind: ItemKind;
  /** `undefined`: an item of an older version, which has none (or one that the browser damaged). */
  readonly entry: Json | undefined;
}

/** Everything small that the library knows, as of one moment. */
export interface LibraryRecords {
  /** In order of import. */
  readonly items: readonly ItemEntry[];
  readonly settings: Readonly<Record<string, Json>>;
}

/** What one transaction changes; everything that is not named stays as it is. Done in the order of these fields. */
export interface LibraryChanges {
  /** Staged imports that become items, with their entries. */
  readonly commit?: readonly { readonly staged: StagedImport; readonly entry: Json }[];
  /** By item id; ids that are gone are ignored. */
  readonly entries?: Readonly<Record<string, Json>>;
  /** Ids of items; each goes with its files, its entry and everything that was computed from it. */
  readonly remove?: readonly string[];
  /** By name; `undefined` removes. */
  readonly settings?: Readonly<Record<string, Json | undefined>>;
}

/**
 * An import whose bytes are all in the library, and which no list shows until it is committed. Until then it belongs to
 * the library that staged it: one that is neither committed nor discarded is removed by a `recover` after its tab.
 */
export interface StagedImport {
  readonly id: string;
  readonly kind: ItemKind;
  readonly name: string;
  /** Bytes of all its files. */
  readonly size: number;
  /** Removes it; no-op once committed or discarded. */
  discard(): Promise<void>;
}

/** What was computed from items, and can be computed again. */
export interface StoredResult {
  readonly name: string;
  readonly value: unknown;
}

/** A result to be kept with its owner, an item, under a name. */
export interface ResultRequest extends StoredResult {
  readonly owner: string;
  /** Ids of all items that it was computed from, the owner among them: it goes with the first of them that goes. */
  readonly items: readonly string[];
  /** What it counts for: about the bytes that `value` takes. */
  readonly bytes: number;
  /** How far it is, of something that grows: what another tab has kept of it and is farther stays. */
  readonly reach?: number;
  /** Whatever can be cloned. */
  readonly value: unknown;
}

/** A file to be kept with its owner, an item, under a name. */
export interface KeptRequest {
  readonly owner: string;
  readonly name: string;
  /** Ids of all items that it was computed from: it goes with the first of them that goes. */
  readonly items: readonly string[];
  /** Bytes of the whole file. */
  readonly size: number;
  /** Its bytes, in their order; asked for only where there is room. */
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
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
  /** The browser stores no Blobs: what is opened is read into memory. Known once something was stored or opened. */
  readonly inMemory: boolean;
}

/** What another tab (or another library of this page) changed. */
export interface LibraryChange {
  readonly what: 'model' | 'imageset' | 'setting' | 'result';
  /** The item's id, the setting's name, or the id of the item that owns the results. */
  readonly id: string;
}

/** What `recover` found and removed. */
export interface Recovery {
  /** Names of imports that a closed or crashed tab left unfinished. */
  readonly unfinished: readonly string[];
  /** Records that belonged to no import and to no item, or could be computed again and not be understood. */
  readonly orphans: number;
  /**
   * Names, or where they cannot be read ids, of what is there and cannot be understood, although no later version of the
   * program stored it: items (which stay, and are listed, so that they can be removed), settings, and dead imports.
   */
  readonly damaged: readonly string[];
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
  /**
   * Stores a model's files, and nothing that makes it an item yet: that is `transact`.
   *
   * @throws FormatError if two files have one name.
   * @throws StorageError if it does not fit, a write fails or a file can no longer be read; nothing is left behind.
   * @throws the signal's reason if aborted; nothing is left behind.
   */
  stageModel(request: ImportRequest, options?: ImportOptions): Promise<StagedImport>;
  /** As `stageModel`. */
  stageImageSet(request: ImportRequest, options?: ImportOptions): Promise<StagedImport>;
  /**
   * Changes all or nothing, in one transaction, and resolves with the records as they are then. `change` is called once,
   * with the records as they are before, and no other writer comes between; it may not wait for anything. What it throws
   * is what this rejects with.
   *
   * @throws StorageError if a staged import is no longer there, or the storage fails; staged imports stay staged.
   */
  transact(change: (records: LibraryRecords) => LibraryChanges): Promise<LibraryRecords>;
  read(): Promise<LibraryRecords>;
  /**
   * `undefined` if there is no such item.
   *
   * @throws StorageError if its record is damaged or of a later version of the program.
   */
  getItem(id: string): Promise<StoredItem | undefined>;
  /** A model's files in the order of import, each one Blob of references into the store: no byte is read. */
  openModel(id: string): Promise<NamedBlob<Blob>[]>;
  /** As `openModel`; a picture's Blob is made each time it is asked for, so that thousands cost nothing. */
  openImageSet(id: string): Promise<NamedBlob<Blob>[]>;
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
  /** A large file that was kept under this name, where it still is. No byte of it is read. */
  getKept(owner: string, name: string): Promise<Blob | undefined>;
  /**
   * Keeps a large file that can be computed again: one or two of them. It goes with the items that it was computed from, and is
   * the first to go where room is needed. False where an item is gone, or where it is too much.
   *
   * @throws as `scratchFile`
   */
  putKept(request: KeptRequest): Promise<boolean>;
  /** What is kept with this item, by name. Asking is no use of it: see `touchResults`. */
  getResults(owner: string): Promise<StoredResult[]>;
  /**
   * Keeps results, in one transaction, in place of those of the same owner and name. Those whose items are not all in the
   * library are ignored, and those that alone are too much. What was not used for longest makes room.
   */
  putResults(results: readonly ResultRequest[]): Promise<void>;
  /** Notes that these were of use just now; names that are gone are ignored. */
  touchResults(owner: string, names: readonly string[]): Promise<void>;
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
