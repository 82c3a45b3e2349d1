import { letGo } from '../let-go';
import type { ByteSource } from './byte-source';

/**
 * Readers that are in use. Chromium (156) holds on to none that waits for the browser's own process: where nobody else does,
 * garbage collection takes the reader and everything that awaits it, and the read never ends. e2e/blobs.spec.ts tells when
 * this can go.
 */
const inUse = new Set<ReadableStreamBYOBReader>();

/**
 * Reads bytes from end to end through one piece of memory and, a Blob's, one stream. Read with `arrayBuffer()`, a large file leaves
 * one dead buffer per chunk, and browsers let hundreds of megabytes of them pile up before they collect any; a stream per
 * chunk takes a pipe of the browser's each, and thousands of them were seen to hang.
 *
 * @param chunkBytes of every chunk but the last. A chunk is valid until the next one is asked for, or none is any more.
 * @throws whatever reading the blob throws; a DOMException named `NotReadableError` where less came than the blob is long
 */
export async function* readChunks(
  blob: ByteSource,
  chunkBytes: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  if (blob.readInto) {
    const memory = new Uint8Array(Math.min(chunkBytes, blob.size));
    for (let at = 0; at < blob.size; at += chunkBytes) {
      const chunk = memory.subarray(0, Math.min(chunkBytes, blob.size - at));
      if ((await blob.readInto(at, chunk)) < chunk.length) throw shorter();
      yield chunk;
    }
    return;
  }
  const reader = blob instanceof Blob ? byteReader(blob) : null;
  if (!reader) {
    for (let at = 0; at < blob.size; at += chunkBytes) {
      yield new Uint8Array(await blob.slice(at, at + chunkBytes).arrayBuffer());
    }
    return;
  }
  let memory = new ArrayBuffer(Math.min(chunkBytes, blob.size));
  inUse.add(reader);
  try {
    for (let at = 0; at < blob.size; at += chunkBytes) {
      const wanted = Math.min(chunkBytes, blob.size - at);
      let filled = 0;
      while (filled < wanted) {
        const { value, done } = await reader.read(new Uint8Array(memory, filled, wanted - filled));
        if (done) throw shorter();
        memory = value.buffer;
        filled += value.byteLength;
      }
      yield new Uint8Array(memory, 0, filled);
    }
  } finally {
    inUse.delete(reader);
    // Whatever ended it, there is nothing left of the stream that could fail.
    reader.cancel().catch(() => undefined);
    // Unless a read that failed has kept it.
    letGo(memory);
  }
}

function shorter(): DOMException {
  return new DOMException('The file is shorter than it was.', 'NotReadableError');
}

/** Safari's and older browsers' blobs cannot be read into memory of the caller's: null there. */
function byteReader(blob: Blob): ReadableStreamBYOBReader | null {
  try {
    return blob.stream().getReader({ mode: 'byob' });
  } catch {
    return null;
  }
}
