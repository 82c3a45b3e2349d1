/** The bytes of one file: gone on with where an earlier try stopped, and taken only where their hash is the Hub's. */
import { DownloadError } from '../errors';
import { request, TRIES } from './request';
import { fileAddress, type HubFile, type HubSession, hostOf, type Listing } from './session';
import { capital } from './wording';

/** A file of a repository. */
export interface ListedFile {
  readonly listing: Listing;
  readonly file: HubFile;
}

/** Where a file is while it comes in. */
export interface Incoming {
  /** Bytes that are here. */
  size(): Promise<number>;
  /** All of them, in order. */
  read(): AsyncIterable<Uint8Array>;
  append(chunk: Uint8Array): Promise<void>;
  /** Forgets all of them. */
  clear(): Promise<void>;
  /** What was appended stays, whatever comes. */
  sync(): Promise<void>;
}

/** SHA-256, or SHA-1 for git's own hash of a small file. */
export interface Hashing {
  update(bytes: Uint8Array): unknown;
  /** In hexadecimal digits. */
  digest(): string;
}

export type NewHash = (algorithm: 'sha1' | 'sha256') => Promise<Hashing> | Hashing;

/** Told how many of the file's bytes are here. */
export type OnBytes = (have: number) => void;

/**
 * Brings in what is missing of a file.
 * @throws as `request`; DownloadError for a line that is cut again and again (what came stays) and for bytes that are not the
 *   Hub's (nothing stays); whatever `incoming` throws
 */
export async function transferFile(
  session: HubSession,
  { listing, file }: ListedFile,
  incoming: Incoming,
  newHash: NewHash,
  onBytes: OnBytes,
): Promise<void> {
  // What an earlier program left need not be the beginning of this file: then all of it comes anew.
  const tries = (await incoming.size()) > 0 ? 2 : 1;
  for (let attempt = 1; attempt <= tries; attempt++) {
    if (await isComplete(session, { listing, file }, incoming, newHash, onBytes)) return;
    await incoming.clear();
  }
  throw new DownloadError(
    `${listing.repository.name}, ${file.path}: what came is not what ${hostOf(session.access)} lists (its hash is not ${file.blob}), and was removed. ${capital(session.wording.again)}; where that does not help, something on the way changes files.`,
  );
}

/** Fetches what is missing. @returns whether its hash is right */
async function isComplete(
  session: HubSession,
  { listing, file }: ListedFile,
  incoming: Incoming,
  newHash: NewHash,
  onBytes: OnBytes,
): Promise<boolean> {
  let hash = await hashOf(file, newHash);
  let have = 0;
  if ((await incoming.size()) > file.size) await incoming.clear();
  for await (const piece of incoming.read()) {
    hash.update(piece);
    have += piece.length;
    session.signal.throwIfAborted();
  }
  onBytes(have);
  try {
    for (let cuts = 0; have < file.size; ) {
      const answer = await request(
        session,
        { repository: listing.repository, file: file.path },
        fileAddress(session, listing, file),
        { 'accept-encoding': 'identity', ...(have > 0 && { range: `bytes=${have}-` }) },
      );
      if (have > 0 && !goesOn(answer, have)) {
        // It gives whole files only, or none of this length.
        await incoming.clear();
        hash = await hashOf(file, newHash);
        have = 0;
      }
      if (answer.status === 416) return false;
      for await (const chunk of untilCut(session, answer)) {
        if (have + chunk.length > file.size) return false;
        await incoming.append(chunk);
        hash.update(chunk);
        have += chunk.length;
        onBytes(have);
      }
      if (have === file.size) break;
      cuts += 1;
      if (cuts === TRIES) throw cutTooOften(session, { listing, file }, have);
      await session.wait(2 ** (cuts - 1));
    }
  } catch (error) {
    // What the user is told is why it ended.
    await incoming.sync().catch(() => undefined);
    throw error;
  }
  await incoming.sync();
  return hash.digest() === file.blob;
}

/** Large files are known by their SHA-256, small ones by what git calls their bytes. */
async function hashOf({ sha256, size }: HubFile, newHash: NewHash): Promise<Hashing> {
  if (sha256 !== null) return newHash('sha256');
  const hash = await newHash('sha1');
  hash.update(new TextEncoder().encode(`blob ${size}\0`));
  return hash;
}

function goesOn(answer: Response, have: number): boolean {
  const from = /^bytes (\d+)-/.exec(answer.headers.get('content-range') ?? '')?.[1];
  return answer.status === 206 && Number(from) === have;
}

/** What an answer brings; ends where the line is cut, too. */
export async function* untilCut(
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

/** @param have - bytes of the whole file that are kept; left out where what is kept lies in several parts */
export function cutTooOften(
  { access, wording }: HubSession,
  { listing, file }: ListedFile,
  have?: number,
): DownloadError {
  const kept =
    have === undefined ? 'What came whole is kept' : `${have} of ${file.size} bytes are kept`;
  return new DownloadError(
    `${listing.repository.name}, ${file.path}: the line to ${hostOf(access)} was cut ${TRIES} times. ${kept}: ${wording.again}, and it goes on there.`,
  );
}
