/** The SHA-256 of a model's weights by Node's own library, several times as fast as in wasm. */
import { createHash } from 'node:crypto';
import { joined } from './byte-source';
import { readChunks } from './read-chunks';
import type { NamedBlob } from './types';
import { weightFiles } from './weights-sha256';

/** Long enough that reading is quick, short enough that a stop is felt at once. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * What `weightsSha256` gives.
 * @throws FormatError as `openCheckpoint`, what reading throws, and the signal's reason
 */
export async function weightsSha256InNode(
  files: readonly NamedBlob[],
  signal?: AbortSignal,
): Promise<string> {
  const weights = await weightFiles(files);
  const hash = createHash('sha256');
  for await (const chunk of readChunks(joined(weights.map(({ blob }) => blob)), CHUNK_BYTES)) {
    signal?.throwIfAborted();
    hash.update(chunk);
  }
  return hash.digest('hex');
}
