import { createSHA256 } from 'hash-wasm';
import type { ByteSource } from './byte-source';
import { readChunks } from './read-chunks';

/** Large enough that the hash and not the reading decides the speed, small enough that a stop is felt at once. */
const CHUNK_BYTES = 4 * 1024 * 1024;
/** Reading a blob that lies in memory does not let other tasks run in Node: a timer does, after so many bytes. */
const YIELD_BYTES = 16 * 1024 * 1024;

export interface HashOptions {
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called after every 4 MiB. `state` gives the hash's inner state at `bytesDone`, for `resume`: opaque, and tied to
   * the version of hash-wasm.
   */
  readonly onProgress?:
    | ((bytesDone: number, bytesTotal: number, state: () => Uint8Array) => void)
    | undefined;
  /** Goes on from an earlier progress over the same bytes. */
  readonly resume?: { readonly bytesDone: number; readonly state: Uint8Array } | undefined;
}

/**
 * SHA-256 of a file, streamed: 4 MiB in memory at a time, the event loop free in between.
 *
 * @returns 64 lower-case hexadecimal digits
 * @throws whatever reading the blob throws (a file that changed on disk: `NotReadableError`), the signal's reason, and
 *   RangeError where `resume` lies behind the blob's end
 */
export async function hashBlob(blob: ByteSource, options: HashOptions = {}): Promise<string> {
  const { signal, onProgress, resume } = options;
  signal?.throwIfAborted();
  const hash = await createSHA256();
  let bytesDone = 0;
  if (resume) {
    if (resume.bytesDone > blob.size)
      throw new RangeError('the hash to resume is of a longer file');
    hash.load(resume.state);
    bytesDone = resume.bytesDone;
  }
  for await (const chunk of readChunks(blob.slice(bytesDone), CHUNK_BYTES)) {
    signal?.throwIfAborted();
    hash.update(chunk);
    bytesDone += chunk.byteLength;
    onProgress?.(bytesDone, blob.size, () => hash.save());
    if (bytesDone % YIELD_BYTES === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  return hash.digest('hex');
}
