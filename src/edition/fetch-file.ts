/** One file of a repository into parts that are kept, checked by its hash. */
import { createSHA1, createSHA256 } from 'hash-wasm';
import { baseName } from '../checkpoint/file-roles';
import type { HubSession } from '../hub/session';
import {
  type Incoming,
  type ListedFile,
  type NewHash,
  type OnBytes,
  transferFile,
} from '../hub/transfer';
import type { KeptParts } from './kept-parts';

/** A reload loses at most so many bytes of what came. */
const PART = 16 * 2 ** 20;
/** Pieces in which what is kept is read again for its hash. */
const PIECE = 2 ** 20;

/**
 * @returns the file, which does not need the parts any more
 * @throws as `transferFile`
 */
export async function fetchFile(
  session: HubSession,
  { listing, file }: ListedFile,
  parts: KeptParts,
  onBytes: OnBytes,
): Promise<File> {
  await transferFile(session, { listing, file }, incomingParts(parts), newHash, onBytes);
  // Private windows of Chromium store a file by reference to where it came from, and the parts are removed: copies, then.
  const copies: Blob[] = [];
  for (const part of await parts.list()) copies.push(new Blob([await part.arrayBuffer()]));
  return new File(copies, baseName(file.path));
}

function incomingParts(parts: KeptParts): Incoming {
  let pending: Uint8Array<ArrayBuffer>[] = [];
  let pendingBytes = 0;
  const flush = async () => {
    if (pendingBytes === 0) return;
    const part = new Blob(pending);
    pending = [];
    pendingBytes = 0;
    await parts.put(part);
  };
  return {
    async size() {
      const kept = await parts.list();
      return kept.reduce((sum, { size }) => sum + size, pendingBytes);
    },
    async *read() {
      for (const part of await parts.list()) {
        for (let at = 0; at < part.size; at += PIECE) {
          yield new Uint8Array(await part.slice(at, at + PIECE).arrayBuffer());
        }
      }
    },
    async append(chunk) {
      pending.push(new Uint8Array(chunk));
      pendingBytes += chunk.length;
      if (pendingBytes >= PART) await flush();
    },
    async clear() {
      pending = [];
      pendingBytes = 0;
      await parts.clear();
    },
    sync: flush,
  };
}

const newHash: NewHash = async (algorithm) => {
  const hash = await (algorithm === 'sha1' ? createSHA1() : createSHA256());
  hash.init();
  return { update: (bytes) => hash.update(bytes), digest: () => hash.digest('hex') };
};
