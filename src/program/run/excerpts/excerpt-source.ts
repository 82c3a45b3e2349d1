/** A file of which some parts are at hand, as a source of bytes. */
import { type ByteRange, rangesWithout } from '../../../checkpoint/byte-ranges';
import { type ByteSource, fill, partOf } from '../../../checkpoint/byte-source';

/** A part of a file; its source has these bytes and no others. */
export interface Piece extends ByteRange {
  readonly source: ByteSource;
}

/**
 * Reading rejects where no piece has what is read.
 * @param size - of the whole file
 * @param pieces - what is at hand, looked at in every read
 */
export function excerptSource(size: number, pieces: readonly Piece[]): ByteSource {
  const readInto = async (begin: number, into: Uint8Array): Promise<number> => {
    const wanted = { begin, end: begin + into.length };
    const [lacking] = rangesWithout([wanted], pieces);
    if (lacking) throw new Error(`bytes ${lacking.begin} to ${lacking.end} were not fetched`);
    for (const { source, ...piece } of pieces) {
      const from = Math.max(begin, piece.begin);
      const to = Math.min(wanted.end, piece.end);
      if (from >= to) continue;
      const part = into.subarray(from - begin, to - begin);
      const length = await fill(source, from - piece.begin, part);
      if (length < part.length) return from - begin + length;
    }
    return into.length;
  };
  return partOf(readInto, 0, size);
}
