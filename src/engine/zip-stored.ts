/** A zip of uncompressed entries as a stream: weights do not compress, and must not be held in memory. */
import { Zip, ZipPassThrough } from 'fflate';

export interface ZipEntry {
  readonly name: string;
  chunks(): AsyncIterable<Uint8Array>;
}

/** Streams the entries one after the other. fflate writes no zip64: the whole must stay below 4 GiB. */
export async function* zipStored(entries: readonly ZipEntry[]): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  let failure: Error | null = null;
  const zip = new Zip((error, chunk) => {
    if (error) failure = error;
    else ready.push(chunk);
  });
  const drain = function* () {
    if (failure) throw failure;
    yield* ready.splice(0);
  };
  for (const { name, chunks } of entries) {
    const file = new ZipPassThrough(name);
    zip.add(file);
    for await (const chunk of chunks()) {
      file.push(chunk);
      yield* drain();
    }
    file.push(new Uint8Array(0), true);
    yield* drain();
  }
  zip.end();
  yield* drain();
}
