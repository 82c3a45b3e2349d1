/**
 * The library of checkpoints and image sets: everything that survives a reload. It lives in one IndexedDB store (and
 * scratch files in the origin private file system) and works on any thread; scratch files are on disk only from a
 * dedicated worker.
 */
import { openChanges } from './changes';
import { openDatabase } from './database';
import { DERIVED_LIMIT, getDerived, putDerived } from './derived';
import { importItem } from './import';
import { listItems, openImageSet, openModel, removeItem, setFacts } from './items';
import { PART_SIZE } from './parts';
import { guarded, type LibraryContext } from './records';
import { recoverRecords } from './recover';
import { writeScratchFile } from './scratch';
import { sweepDisk } from './scratch-opfs';
import { getSetting, setSetting } from './settings';
import type { Library } from './types';
import { readPersisted, readSpace } from './usage';

export interface LibraryOptions {
  /** Name of the database, and prefix of everything else by which this library is known to other tabs. */
  readonly storeName?: string;
  /** Bytes per record; items keep the size that they were imported with. */
  readonly partSize?: number;
  /** Bytes that may be kept of what is derived from items. */
  readonly derivedLimit?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly randomId?: () => string;
}

const STORE_NAME = 'task-arithmetic-studio';

/** Opens (and on first use creates) the library. Run `recover` before anything else. */
export function openLibrary(options: LibraryOptions = {}): Library {
  const { storeName = STORE_NAME, partSize = PART_SIZE, derivedLimit = DERIVED_LIMIT } = options;
  const database = openDatabase(storeName);
  const changes = openChanges(storeName);
  const context: LibraryContext = {
    storeName,
    database,
    partSize,
    derivedLimit,
    now: options.now ?? Date.now,
    randomId: options.randomId ?? randomHex,
    announce: changes.announce,
  };

  return {
    importModel: (request, importOptions = {}) =>
      importItem(context, 'checkpoint', request, importOptions),
    importImageSet: (request, importOptions = {}) =>
      importItem(context, 'imageset', request, importOptions),
    listModels: () => listItems(context, 'checkpoint'),
    listImageSets: () => listItems(context, 'imageset'),
    openModel: (id) => openModel(context, id),
    openImageSet: (id) => openImageSet(context, id),
    remove: (id) => removeItem(context, id),
    setFacts: (id, facts) => setFacts(context, id, facts),
    getDerived: (id, name) => getDerived(context, id, name),
    putDerived: (id, name, bytes) => putDerived(context, id, name, bytes),
    getSetting: (name) => getSetting(context, name),
    setSetting: (name, value) => setSetting(context, name, value),
    async usage() {
      const lists = await Promise.all([
        listItems(context, 'checkpoint'),
        listItems(context, 'imageset'),
      ]);
      const held = lists.flat().reduce((sum, item) => sum + item.size, 0);
      const [space, persisted] = await Promise.all([readSpace(held), readPersisted()]);
      return { ...space, held, persisted };
    },
    async recover() {
      const records = await guarded('Cleaning up the library', recoverRecords(context));
      return { ...records, scratchFiles: await sweepDisk(storeName) };
    },
    scratchFile: (name, chunks, scratchOptions = {}) =>
      writeScratchFile(context, name, chunks, scratchOptions),
    onChange: changes.onChange,
    async close() {
      changes.close();
      await database.close();
    },
  };
}

/** 128 random bits. Not `crypto.randomUUID`: that is missing where the page is served over plain http. */
function randomHex(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
