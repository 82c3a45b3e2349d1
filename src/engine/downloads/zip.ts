/** A zip of uncompressed entries as a stream: weights do not compress, and must not be held in memory. Above 4 GiB, zip64. */
import { makeZip, predictLength } from 'client-zip';

export interface ZipEntry {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  chunks(): AsyncIterable<Uint8Array>;
}

/** The oldest date that a zip can say: the same files make the same bytes. */
const DATE = new Date(1980, 0, 1);

/** Bytes of the whole zip. */
export function zipSize(entries: readonly ZipEntry[]): number {
  return Number(predictLength(entries.map(({ name, size }) => ({ name, size }))));
}

/** Streams the entries one after the other. */
export async function* zipStored(entries: readonly ZipEntry[]): AsyncGenerator<Uint8Array> {
  const files = entries.map(({ name, size, chunks }) => ({
    name,
    size,
    lastModified: DATE,
    input: buffers(chunks()),
  }));
  const reader = makeZip(files).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
    // Whoever stops asking ends the entries' own streams: client-zip leaves them as they are.
    for (const { input } of files) await input.return(undefined);
  }
}

async function* buffers(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ArrayBufferView, void> {
  for await (const chunk of chunks) yield chunk;
}
