/**
 * How files lie in parts. An item's files are laid end to end, and that stream of bytes is cut into parts of equal size
 * (the last may be shorter): a large file spans parts, thousands of small pictures share one, and no file costs a record
 * of its own. Everything is by reference: neither cutting nor opening reads a byte.
 */
import type { ByteSource } from '../checkpoint/byte-source';
import type { NamedBlob } from '../checkpoint/types';

/** One file of an item: `size` bytes from `offset` of the parts laid end to end. */
export interface FileEntry {
  readonly name: string;
  /** MIME type as the browser gave it, often ''. */
  readonly type: string;
  readonly offset: number;
  readonly size: number;
}

/** One part to be written, and the slices of the source files that it consists of. */
export interface PartSource {
  readonly index: number;
  readonly size: number;
  readonly pieces: readonly NamedBlob[];
  /** Blobs by reference; what is none is read: at most a part of it is in memory. */
  blob(): Promise<Blob>;
}

/** Few enough records for a list of 21 ViT-B/32, small enough that a retry, an abort or a failure loses little. */
export const PART_SIZE = 64 * 1024 * 1024;

export function layOut(files: readonly NamedBlob[]): FileEntry[] {
  let offset = 0;
  return files.map(({ name, blob }) => {
    const type = blob instanceof Blob ? blob.type : '';
    const entry = { name, type, offset, size: blob.size };
    offset += blob.size;
    return entry;
  });
}

export function totalSize(files: readonly NamedBlob[]): number {
  return files.reduce((sum, { blob }) => sum + blob.size, 0);
}

export const partCount = (size: number, partSize: number): number => Math.ceil(size / partSize);

/** Bytes of part `index`. */
export function partLength(index: number, size: number, partSize: number): number {
  return Math.min(partSize, size - index * partSize);
}

/** Cuts the files into parts, in order, one at a time. */
export function* cutIntoParts(
  files: readonly NamedBlob[],
  partSize: number,
): Generator<PartSource, void> {
  let index = 0;
  let pieces: NamedBlob[] = [];
  let filled = 0;
  for (const { name, blob } of files) {
    for (let start = 0; start < blob.size; ) {
      const end = Math.min(blob.size, start + partSize - filled);
      // Thousands of small pictures are whole pieces, and a slice of each would cost the browser a call.
      const whole = start === 0 && end === blob.size;
      pieces.push({ name, blob: whole ? blob : blob.slice(start, end) });
      filled += end - start;
      start = end;
      if (filled === partSize) {
        yield makePart(index, pieces);
        index += 1;
        pieces = [];
        filled = 0;
      }
    }
  }
  if (filled > 0) yield makePart(index, pieces);
}

function makePart(index: number, pieces: readonly NamedBlob[]): PartSource {
  return {
    index,
    size: totalSize(pieces),
    pieces,
    async blob() {
      const [first, second] = pieces;
      // A lone piece goes in as a slice, which the browser copies from file to file: no File with its name and date.
      if (first && !second && first.blob instanceof Blob) return first.blob.slice();
      return new Blob(await Promise.all(pieces.map(({ blob }) => content(blob))));
    },
  };
}

function content(source: ByteSource): BlobPart | Promise<BlobPart> {
  return source instanceof Blob ? source : source.arrayBuffer();
}

/** A file out of the parts, as one Blob of references. */
export function joinFile(parts: readonly Blob[], partSize: number, entry: FileEntry): Blob {
  const end = entry.offset + entry.size;
  const slices: Blob[] = [];
  for (let at = entry.offset; at < end; ) {
    const index = Math.floor(at / partSize);
    const partStart = index * partSize;
    const stop = Math.min(end, partStart + partSize);
    const part = parts[index];
    if (!part) throw new RangeError(`${entry.name} reaches beyond the ${parts.length} parts`);
    const [from, to] = [at - partStart, stop - partStart];
    // Thousands of pictures lie in one part each, and every Blob costs a call of the browser.
    if (at === entry.offset && stop === end) return part.slice(from, to, entry.type);
    slices.push(part.slice(from, to));
    at = stop;
  }
  return new Blob(slices, { type: entry.type });
}
