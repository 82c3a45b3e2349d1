import { letGo } from '../let-go';

/**
 * Bytes that are read by their places: what all readers of files stand on. A browser's Blob is one as it is; the command
 * line has files on disk (`file-source-node.ts`). Nothing is read before it is asked for.
 */
export interface ByteSource {
  /** In bytes. */
  readonly size: number;
  /** A part, of which nothing is read yet; places are taken as `Blob.slice` takes them, those beyond the end as the end. */
  slice(begin?: number, end?: number): ByteSource;
  /** All of it, in memory that is the caller's own. */
  arrayBuffer(): Promise<ArrayBuffer>;
  /** All of it as UTF-8. */
  text(): Promise<string>;
  /**
   * Fills `into` with the bytes from `begin` on, where bytes can be read into memory of the caller.
   * @returns how many there were: fewer than `into` has room for only at the end
   */
  readInto?(begin: number, into: Uint8Array): Promise<number>;
}

/** A source whose parts are of its own kind, as those of a Blob are Blobs. */
export type Sliceable<S> = { slice(begin?: number, end?: number): S } & ByteSource;

/** `Blob.slice`'s reading of two places: negative ones from the end, none beyond it. */
export function clamped(size: number, begin = 0, end = size): { begin: number; end: number } {
  const place = (at: number) => (at < 0 ? Math.max(0, size + at) : Math.min(size, at));
  const from = place(begin);
  return { begin: from, end: Math.max(from, place(end)) };
}

/** Sources end to end as one. */
export function joined(sources: readonly ByteSource[]): ByteSource {
  if (sources.every((source) => source instanceof Blob)) return new Blob([...sources]);
  const size = sources.reduce((sum, source) => sum + source.size, 0);
  const readInto = async (begin: number, into: Uint8Array) => {
    let filled = 0;
    let first = 0;
    for (const source of sources) {
      const from = begin + filled - first;
      first += source.size;
      if (from >= source.size || filled === into.length) continue;
      const part = into.subarray(filled, filled + source.size - from);
      const read = await fill(source, from, part);
      filled += read;
      if (read < part.length) break;
    }
    return filled;
  };
  return partOf(readInto, 0, size);
}

/**
 * Fills `into` with the bytes of any source from `begin` on.
 * @returns how many there were
 */
export async function fill(source: ByteSource, begin: number, into: Uint8Array): Promise<number> {
  if (source.readInto) return source.readInto(begin, into);
  const bytes = new Uint8Array(await source.slice(begin, begin + into.length).arrayBuffer());
  into.set(bytes);
  const { length } = bytes;
  letGo(bytes.buffer);
  return length;
}

/** Bytes `first` to `last` (exclusive) of something that can be read into memory of the caller. */
export function partOf(
  read: (begin: number, into: Uint8Array) => Promise<number>,
  first: number,
  last: number,
): Required<ByteSource> {
  const size = last - first;
  const readInto = (begin: number, into: Uint8Array) => {
    const { begin: from, end } = clamped(size, begin, begin + into.length);
    return read(first + from, into.subarray(0, end - from));
  };
  const bytes = async () => {
    const into = new Uint8Array(size);
    return into.subarray(0, await readInto(0, into));
  };
  return {
    size,
    slice(begin, end) {
      const part = clamped(size, begin, end);
      return partOf(read, first + part.begin, first + part.end);
    },
    async arrayBuffer() {
      const read = await bytes();
      return read.length === size ? read.buffer : read.slice().buffer;
    },
    text: async () => new TextDecoder().decode(await bytes()),
    readInto,
  };
}
