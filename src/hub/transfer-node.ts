/** A file on its way into the Hugging Face cache: under a name of its own until all of it is there. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type HubFolder, sizeOf } from './hub-folder-node';
import type { HubSession } from './session';
import {
  type Incoming,
  type ListedFile,
  type NewHash,
  type OnBytes,
  transferFile,
} from './transfer';

/** A file of a repository, and where it goes. */
export interface Transfer extends ListedFile {
  readonly folder: HubFolder;
}

/** Pieces in which what is there already is read again for its hash. */
const PIECE = 2 ** 20;

/**
 * Brings a file's bytes to where they belong in the cache.
 * @throws as `transferFile`; the file system's errors
 */
export async function transfer(
  session: HubSession,
  { listing, file, folder }: Transfer,
  onBytes: OnBytes,
): Promise<void> {
  const incomplete = folder.incomplete(file);
  await mkdir(dirname(incomplete), { recursive: true });
  const out = await open(incomplete, constants.O_RDWR | constants.O_CREAT, 0o644);
  try {
    await transferFile(session, { listing, file }, fileOf(out), newHash, onBytes);
  } catch (error) {
    // Nothing came, or nothing right.
    if ((await out.stat()).size === 0) await rm(incomplete, { force: true });
    throw error;
  } finally {
    await out.close();
  }
  await rename(incomplete, folder.blob(file)).catch(async (error: unknown) => {
    // Another program had the same file to fetch, and was first.
    if ((await sizeOf(folder.blob(file))) !== file.size) throw error;
  });
}

function fileOf(out: FileHandle): Incoming {
  let end = 0;
  const size = async () => (await out.stat()).size;
  return {
    size,
    async *read() {
      const whole = await size();
      const piece = new Uint8Array(Math.min(PIECE, whole));
      end = 0;
      while (end < whole) {
        const { bytesRead } = await out.read(piece, 0, piece.length, end);
        if (bytesRead === 0) return;
        end += bytesRead;
        yield piece.subarray(0, bytesRead);
      }
    },
    async append(chunk) {
      await out.write(chunk, 0, chunk.length, end);
      end += chunk.length;
    },
    async clear() {
      await out.truncate(0);
      end = 0;
    },
    sync: () => out.sync(),
  };
}

const newHash: NewHash = (algorithm) => {
  const hash = createHash(algorithm);
  return { update: (bytes) => hash.update(bytes), digest: () => hash.digest('hex') };
};
