/**
 * Reading tensors in the order in which they lie in a file. A browser takes a millisecond or two for each read of a Blob, however
 * little it is, and two of three tensors of a vision tower are vectors: what lies behind what is asked for comes with it.
 */
import { letGo } from '../let-go';
import { placeOf } from './places';
import type { NamedBlob, TensorSource } from './types';

/** Of one file at a time. Half of it takes a sixth longer for a ViT-B/32's tensors, more is no quicker (Chromium 156). */
const MOST_BYTES = 2 ** 23;

/** Of all files of a pass; a part of a tensor is no less for one of them. */
const ALL_BYTES = 2 ** 26;
const LEAST_BYTES = 2 ** 20;

export interface ForwardReading {
  /** Those that lie in a Blob as they are fill memory from what was read together; the very map where none do. */
  readonly tensors: ReadonlyMap<string, TensorSource>;
  /** Gives back what was read ahead. Whatever is read afterwards is read as without. */
  free(): void;
}

/**
 * @param tensors - best asked for in the order of their places; any other order gives the same bytes, one read for each
 * @param atOnce - how many models are read side by side
 */
export function readForward(
  tensors: ReadonlyMap<string, TensorSource>,
  atOnce = 1,
): ForwardReading {
  const windowBytes = Math.min(MOST_BYTES, Math.max(LEAST_BYTES, Math.floor(ALL_BYTES / atOnce)));
  const readers = new Map<NamedBlob, ForwardReader>();
  const readerOf = (file: NamedBlob): ForwardReader => {
    const reader = readers.get(file) ?? createReader(file, windowBytes);
    readers.set(file, reader);
    return reader;
  };
  let isFree = false;
  const forward = (source: TensorSource): TensorSource => {
    const { readInto, byteLength } = source;
    const place = placeOf(source);
    if (!readInto || !place || place.file.blob.readInto) return source;
    return {
      ...source,
      async readInto(begin, into) {
        const isInside = begin >= 0 && begin + into.length <= byteLength;
        if (!isFree && isInside && (await readerOf(place.file).fill(place.begin + begin, into))) {
          return;
        }
        // Its errors are those for people.
        await readInto(begin, into);
      },
    };
  };
  const wrapped = Array.from(tensors, ([name, source]) => [name, forward(source)] as const);
  const isPlain = wrapped.every(([name, source]) => source === tensors.get(name));
  return {
    tensors: isPlain ? tensors : new Map(wrapped),
    free() {
      isFree = true;
      for (const reader of readers.values()) reader.free();
    },
  };
}

interface ForwardReader {
  /** False where the bytes are to be read for themselves. */
  fill(begin: number, into: Uint8Array): Promise<boolean>;
  free(): void;
}

interface ReadAhead {
  readonly begin: number;
  readonly end: number;
  /** Null where they could not be read. */
  readonly bytes: Promise<Uint8Array<ArrayBuffer> | null>;
}

function createReader({ blob }: NamedBlob, windowBytes: number): ForwardReader {
  let current: ReadAhead | null = null;
  /** Where what was asked for last ends; null before anything was. */
  let next: number | null = null;

  const open = (begin: number, end: number): ReadAhead => ({
    begin,
    end,
    bytes: blob
      .slice(begin, end)
      .arrayBuffer()
      .then(
        (buffer) => (buffer.byteLength === end - begin ? new Uint8Array(buffer) : null),
        () => null,
      ),
  });

  const copy = async (
    { begin: first, bytes }: ReadAhead,
    begin: number,
    into: Uint8Array,
  ): Promise<boolean> => {
    const there = await bytes;
    if (there) into.set(there.subarray(begin - first, begin - first + into.length));
    return there !== null;
  };

  /** Nobody asks for a window that is no longer the current one, and those that did before wait for the same promise, ahead of this. */
  const passOn = async (to: ReadAhead | null): Promise<void> => {
    const before = current;
    current = to;
    const bytes = await before?.bytes;
    if (bytes) letGo(bytes.buffer);
  };

  return {
    async fill(begin, into) {
      const end = begin + into.length;
      const follows = next === null || next === begin;
      next = end;
      const shared = current && current.begin <= begin && begin < current.end ? current : null;
      const there = Math.min(end, shared?.end ?? begin);
      if (there < end && !follows) return false;
      const copies: Promise<boolean>[] = [];
      if (shared) copies.push(copy(shared, begin, into.subarray(0, there - begin)));
      if (there < end) {
        const opened = open(there, Math.min(blob.size, Math.max(end, there + windowBytes)));
        void passOn(opened);
        copies.push(copy(opened, there, into.subarray(there - begin)));
      }
      return (await Promise.all(copies)).every(Boolean);
    },
    free: () => void passOn(null),
  };
}
