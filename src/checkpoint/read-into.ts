/**
 * Reads a whole blob into memory that is already there. Read with `arrayBuffer()`, a large file leaves one dead buffer per
 * chunk, and browsers let hundreds of megabytes of them pile up before they collect any.
 *
 * @param buffer at least as long as the blob; it is detached, and its memory comes back as the result's `buffer`
 * @throws whatever reading the blob throws; a DOMException named `NotReadableError` where less came than the blob is long
 */
export async function readInto(blob: Blob, buffer: ArrayBuffer): Promise<Uint8Array<ArrayBuffer>> {
  const reader = byteReader(blob);
  if (!reader) return new Uint8Array(await blob.arrayBuffer());
  let memory = buffer;
  let filled = 0;
  while (filled < blob.size) {
    const { value, done } = await reader.read(new Uint8Array(memory, filled, blob.size - filled));
    if (done) throw new DOMException('The file is shorter than it was.', 'NotReadableError');
    memory = value.buffer;
    filled += value.byteLength;
  }
  // Everything is read; there is nothing left that could fail.
  reader.cancel().catch(() => undefined);
  return new Uint8Array(memory, 0, filled);
}

/** Safari's and older browsers' blobs cannot be read into memory of the caller's: null there. */
function byteReader(blob: Blob): ReadableStreamBYOBReader | null {
  try {
    return blob.stream().getReader({ mode: 'byob' });
  } catch {
    return null;
  }
}
