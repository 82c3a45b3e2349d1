/**
 * The library of checkpoints and image sets: everything that survives a reload. It lives in one IndexedDB store (and
 * scratch files in the origin private file system) and works on any thread; scratch files are on disk only from a
 * dedicated worker.
 */
import { openChanges } from './changes';
import { guarded, type LibraryContext } from './context';
import { openDatabase } from './database';
import { DERIVED_LIMIT, getDerived, putDerived } from './derived';
import { stageItem } from './import';
import { getItem, openImageSet, openModel, setFacts, sumSizes } from './items';
import { getKept, KEPT_LIMIT, putKept } from './kept';
import { PART_SIZE } from './parts';
import { randomHex } from './random-hex';
import { readRecords, withoutPlaces } from './read';
import { recoverRecords } from './recover';
import { getResults, putResults, RESULTS_LIMIT, touchResults } from './results';
import { writeScratchFile } from './scratch';
import { sweepDisk } from './scratch-opfs';
import { transact } from './transact';
import type { Library } from './types';
import { readPersisted, readSpace } from './usage';

export interface LibraryOptions {
  /** Name of the database, and prefix of everything else by which this library is known to other tabs. */
  readonly storeName?: string;
  /** Bytes per record; items keep the size that they were imported with. */
  readonly partSize?: number;
  /** Bytes that may be kept of what is derived from items. */
  readonly derivedLimit?: number;
  /** Bytes that results may take, by what those who keep them say of each. */
  readonly resultsLimit?: number;
  /** Bytes that kept files may take. */
  readonly keptLimit?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly randomId?: () => string;
}

const STORE_NAME = 'task-arithmetic-studio';

/** Opens (and on first use creates) the library. Run `recover` before anything else. */
export function openLibrary(options: LibraryOptions = {}): Library {
  const { storeName = STORE_NAME, partSize = PART_SIZE } = options;
  const database = openDatabase(storeName);
  const changes = openChanges(storeName);
  const context: LibraryContext = {
    storeName,
    database,
    partSize,
    derivedLimit: options.derivedLimit ?? DERIVED_LIMIT,
    resultsLimit: options.resultsLimit ?? RESULTS_LIMIT,
    keptLimit: options.keptLimit ?? KEPT_LIMIT,
    partValues: { asBytes: false },
    staged: new Map(),
    now: options.now ?? Date.now,
    randomId: options.randomId ?? randomHex,
    announce: changes.announce,
  };

  return {
    stageModel: (request, importOptions = {}) =>
      stageItem(context, 'checkpoint', request, importOptions),
    stageImageSet: (request, importOptions = {}) =>
      stageItem(context, 'imageset', request, importOptions),
    transact: (change) => transact(context, change),
    read: async () =>
      withoutPlaces(
        await guarded('Reading the library', database.atomically('readonly', readRecords)),
      ),
    getItem: (id) => getItem(context, id),
    openModel: (id) => openModel(context, id),
    openImageSet: (id) => openImageSet(context, id),
    setFacts: (id, facts) => setFacts(context, id, facts),
    getDerived: (id, name) => getDerived(context, id, name),
    putDerived: (id, name, bytes) => putDerived(context, id, name, bytes),
    getKept: (owner, name) => getKept(context, owner, name),
    putKept: (request) => putKept(context, request),
    getResults: (owner) => getResults(context, owner),
    putResults: (results) => putResults(context, results),
    touchResults: (owner, names) => touchResults(context, owner, names),
    async usage() {
      const held = await sumSizes(context);
      const [space, persisted] = await Promise.all([readSpace(held), readPersisted()]);
      return { ...space, held, persisted, inMemory: context.partValues.asBytes };
    },
    async recover() {
      const records = await guarded('Cleaning up the library', recoverRecords(context));
      return { ...records, scratchFiles: await sweepDisk(storeName) };
    },
    scratchFile: (name, chunks, scratchOptions = {}) =>
      writeScratchFile(context, name, chunks, scratchOptions),
    onChange: changes.onChange,
    async close() {
      // What is staged can no longer be committed: another tab may clean up.
      for (const { unlock } of context.staged.values()) unlock();
      context.staged.clear();
      changes.close();
      await database.close();
    },
  };
}
