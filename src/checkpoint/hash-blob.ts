import { createSHA256, type IHasher } from 'hash-wasm';
import type { ByteSource } from './byte-source';
import { readChunks } from './read-chunks';
import { BLOCK_BYTES } from './sha256/four-streams';
import type { Lane, Lanes } from './sha256/lanes';

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
  /** Of those that hash in this thread at the same time. */
  readonly lanes?: Lanes | undefined;
}

/**
 * SHA-256 of a file, streamed: 4 MiB in memory at a time, the event loop free in between.
 *
 * @returns 64 lower-case hexadecimal digits
 * @throws whatever reading the blob throws (a file that changed on disk: `NotReadableError`), the signal's reason, and
 *   RangeError where `resume` lies behind the blob's end
 */
export async function hashBlob(blob: ByteSource, options: HashOptions = {}): Promise<string> {
  options.signal?.throwIfAborted();
  const lane = options.lanes?.join() ?? null;
  try {
    return await hashInLane(blob, options, lane);
  } finally {
    lane?.leave();
  }
}

async function hashInLane(
  blob: ByteSource,
  { signal, onProgress, resume }: HashOptions,
  lane: Lane | null,
): Promise<string> {
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
    const taken = lane ? await advance(hash, lane, bytesDone, chunk) : 0;
    signal?.throwIfAborted();
    if (taken < chunk.byteLength) hash.update(chunk.subarray(taken));
    bytesDone += chunk.byteLength;
    onProgress?.(bytesDone, blob.size, () => hash.save());
    if (bytesDone % YIELD_BYTES === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  return hash.digest('hex');
}

/** Takes what goes together with others' pieces; returns how many bytes that were. */
async function advance(
  hash: IHasher,
  lane: Lane,
  bytesDone: number,
  chunk: Uint8Array,
): Promise<number> {
  // Only whole blocks go together: the few bytes up to the next one would have to be kept apart.
  if (bytesDone % BLOCK_BYTES !== 0) return 0;
  const state = hash.save();
  let taken = 0;
  while (chunk.length - taken >= BLOCK_BYTES) {
    const more = await lane.advance(state, chunk.subarray(taken));
    if (more === 0) break;
    taken += more;
  }
  if (taken > 0) hash.load(state);
  return taken;
}
