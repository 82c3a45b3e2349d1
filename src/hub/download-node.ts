/** Files of repositories into the Hugging Face cache: what is there already is not fetched again. */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StorageError } from '../errors';
import { hubFolder, sizeOf } from './hub-folder-node';
import type { HubFile, HubSession, Listing } from './session';
import { type Transfer, transfer } from './transfer-node';

/** What is to be fetched of one repository. */
export interface PlannedRepository {
  readonly listing: Listing;
  readonly files: readonly PlannedFile[];
}

export interface PlannedFile extends HubFile {
  /** `here`: under its name; `unnamed`: its bytes, under those of another revision. */
  readonly state: 'here' | 'unnamed' | 'missing';
  /** Bytes of it that are still to come. */
  readonly toCome: number;
}

/** @param wanted - files of the listing */
export async function planRepository(
  cache: string,
  listing: Listing,
  wanted: readonly HubFile[],
): Promise<PlannedRepository> {
  const folder = hubFolder(cache, listing);
  const files: PlannedFile[] = [];
  for (const file of wanted) {
    const planned = (state: PlannedFile['state'], toCome = 0) =>
      files.push({ ...file, state, toCome });
    if (await folder.has(file)) planned('here');
    else if ((await sizeOf(folder.blob(file))) === file.size) planned('unnamed');
    else {
      const before = (await sizeOf(folder.incomplete(file))) ?? 0;
      planned('missing', before > file.size ? file.size : file.size - before);
    }
  }
  return { listing, files };
}

export interface DownloadListener {
  /** @param have - bytes of the file that are here */
  onBytes(listing: Listing, file: HubFile, have: number): void;
}

/**
 * Fetches what was planned, one file after the other; whatever is finished stays.
 * @throws as `transfer`; StorageError where the disk has not the room
 */
export async function downloadAll(
  session: HubSession,
  cache: string,
  plans: readonly PlannedRepository[],
  { onBytes }: DownloadListener,
): Promise<void> {
  const needed = plans.flatMap(({ files }) => files).reduce((sum, { toCome }) => sum + toCome, 0);
  await requireRoom(cache, needed, 'HF_HUB_CACHE');
  for (const { listing, files } of plans) {
    if (files.length === 0) continue;
    const folder = hubFolder(cache, listing);
    for (const file of files) {
      session.signal.throwIfAborted();
      if (file.state === 'here') continue;
      // The same bytes may have come under another name meanwhile.
      const isNew = file.state === 'missing' && (await sizeOf(folder.blob(file))) !== file.size;
      const what: Transfer = { listing, file, folder };
      if (isNew) await transfer(session, what, (have) => onBytes(listing, file, have));
      await folder.name(file, isNew);
    }
    // Last: a revision that is noted is one that can be read.
    await folder.noteRevision();
  }
}

/**
 * Where the system tells how much room there is.
 * @param needed - bytes
 * @param variable - of the environment, that names another folder
 * @throws StorageError where there is too little
 */
export async function requireRoom(folder: string, needed: number, variable: string): Promise<void> {
  const free = await freeBytes(folder);
  if (free === undefined || needed <= free) return;
  throw new StorageError(
    `${folder}: ${needed} bytes are to come, but its disk has room for ${free}. Make room, or name another place in ${variable}.`,
  );
}

/** Of the disk that a folder lies on, or would lie on; undefined where the system does not say. */
async function freeBytes(folder: string): Promise<number | undefined> {
  const found = await statfs(folder).catch(() => undefined);
  if (found) return found.bavail * found.bsize;
  const above = dirname(folder);
  return above === folder ? undefined : freeBytes(above);
}
