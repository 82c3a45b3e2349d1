/** The bytes of one file: gone on with where an earlier try stopped, and kept only where their hash is the Hub's. */
import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DownloadError } from '../errors';
import { type HubFolder, sizeOf } from './hub-folder-node';
import { request, TRIES } from './request-node';
import { fileAddress, type HubFile, type HubSession, hostOf, type Listing } from './session';

/** A file of a repository, and where it goes. */
export interface Transfer {
  readonly listing: Listing;
  readonly file: HubFile;
  readonly folder: HubFolder;
}

/** Told how many of the file's bytes are here. */
export type OnBytes = (have: number) => void;

/** Pieces in which what is there already is read again for its hash. */
const PIECE = 2 ** 20;

/**
 * Brings a file's bytes to where they belong in the cache.
 * @throws as `request`; DownloadError for a line that is cut again and again (what came stays) and for bytes that are not the
 *   Hub's (nothing stays); the file system's errors
 */
export async function transfer(
  session: HubSession,
  { listing, file, folder }: Transfer,
  onBytes: OnBytes,
): Promise<void> {
  const incomplete = folder.incomplete(file);
  await mkdir(dirname(incomplete), { recursive: true });
  // What an earlier program left need not be the beginning of this file: then all of it comes anew.
  const tries = (await sizeOf(incomplete)) ? 2 : 1;
  for (let attempt = 1; attempt <= tries; attempt++) {
    if (await isComplete(session, { listing, file, folder }, onBytes)) {
      await rename(incomplete, folder.blob(file)).catch(async (error: unknown) => {
        // Another program had the same file to fetch, and was first.
        if ((await sizeOf(folder.blob(file))) !== file.size) throw error;
      });
      return;
    }
    await rm(incomplete, { force: true });
  }
  throw new DownloadError(
    `${listing.repository.name}, ${file.path}: what came is not what ${hostOf(session.access)} lists (its hash is not ${file.blob}), and was removed. Run the command again; where that does not help, something on the way changes files.`,
  );
}

/** Fetches what is missing of the incomplete file. @returns whether its hash is right */
async function isComplete(
  session: HubSession,
  { listing, file, folder }: Transfer,
  onBytes: OnBytes,
): Promise<boolean> {
  const out = await open(folder.incomplete(file), constants.O_RDWR | constants.O_CREAT, 0o644);
  try {
    let { hash, have } = await begun(out, file);
    onBytes(have);
    for (let cuts = 0; have < file.size; ) {
      const answer = await request(
        session,
        { repository: listing.repository, file: file.path },
        fileAddress(session, listing, file),
        { 'accept-encoding': 'identity', ...(have > 0 && { range: `bytes=${have}-` }) },
      );
      if (have > 0 && !goesOn(answer, have)) {
        // It gives whole files only, or none of this length.
        await out.truncate(0);
        ({ hash, have } = { hash: hashOf(file), have: 0 });
      }
      if (answer.status === 416) return false;
      for await (const chunk of untilCut(session, answer)) {
        if (have + chunk.length > file.size) return false;
        await out.write(chunk, 0, chunk.length, have);
        hash.update(chunk);
        have += chunk.length;
        onBytes(have);
      }
      if (have === file.size) break;
      cuts += 1;
      if (cuts === TRIES) throw cutTooOften(session, { listing, file, folder }, have);
      await session.wait(2 ** (cuts - 1));
    }
    await out.sync();
    return hash.digest('hex') === file.blob;
  } finally {
    await out.close();
  }
}

/** What is there already, and its hash so far. */
async function begun(out: FileHandle, file: HubFile): Promise<{ hash: Hash; have: number }> {
  const hash = hashOf(file);
  const { size } = await out.stat();
  if (size > file.size) {
    await out.truncate(0);
    return { hash, have: 0 };
  }
  const piece = new Uint8Array(Math.min(PIECE, size));
  let have = 0;
  while (have < size) {
    const { bytesRead } = await out.read(piece, 0, piece.length, have);
    if (bytesRead === 0) break;
    hash.update(piece.subarray(0, bytesRead));
    have += bytesRead;
  }
  return { hash, have };
}

/** Large files are known by their SHA-256, small ones by what git calls their bytes. */
function hashOf({ sha256, size }: HubFile): Hash {
  return sha256 === null ? createHash('sha1').update(`blob ${size}\0`) : createHash('sha256');
}

function goesOn(answer: Response, have: number): boolean {
  const from = /^bytes (\d+)-/.exec(answer.headers.get('content-range') ?? '')?.[1];
  return answer.status === 206 && Number(from) === have;
}

/** What an answer brings; ends where the line is cut, too. */
async function* untilCut(
  { signal }: HubSession,
  { body }: Response,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body?.getReader();
  try {
    while (reader) {
      const next = await reader.read().catch(() => undefined);
      signal.throwIfAborted();
      if (!next || next.done) return;
      yield next.value;
    }
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
}

function cutTooOften(
  { access }: HubSession,
  { listing, file }: Transfer,
  have: number,
): DownloadError {
  return new DownloadError(
    `${listing.repository.name}, ${file.path}: the line to ${hostOf(access)} was cut ${TRIES} times. ${have} of ${file.size} bytes are kept: run the command again, and it goes on there.`,
  );
}
