/**
 * Reading many tensors whole: those that lie side by side in a file come with one read. Browsers take a millisecond or two for each
 * read, and more for each slice of a Blob that is made of others.
 */

import { letGo } from '../let-go';
import { decodeTensor, readFloat32 } from './dtype';
import { placeOf } from './places';
import { readBytes } from './read-bytes';
import type { NamedBlob, TensorSource } from './types';

/** Fewer reads gain nothing more, and between two of them a reader can be told to stop. */
const RUN_BYTES = 2 ** 25;

/** What lies between two tensors of a run is read for nothing. */
const GAP_BYTES = 2 ** 12;

/** Parts the items so that the tensors of each part are best read together. Parts and their items are in the order of their places. */
export function runsOf<T>(
  items: readonly T[],
  sourceOf: (item: T) => TensorSource,
  runBytes = RUN_BYTES,
): T[][] {
  const runs: T[][] = [];
  const byFile = new Map<NamedBlob, { readonly item: T; begin: number; end: number }[]>();
  for (const item of items) {
    const source = sourceOf(item);
    const place = placeOf(source);
    if (!place) {
      runs.push([item]);
      continue;
    }
    const { file, begin } = place;
    const inFile = byFile.get(file) ?? [];
    byFile.set(file, inFile);
    inFile.push({ item, begin, end: begin + source.byteLength });
  }
  for (const inFile of byFile.values()) {
    let run: T[] = [];
    let first = 0;
    let last = Number.NEGATIVE_INFINITY;
    for (const { item, begin, end } of inFile.sort((a, b) => a.begin - b.begin)) {
      if (begin - last > GAP_BYTES || end - first > runBytes) {
        run = [];
        runs.push(run);
        first = begin;
      }
      run.push(item);
      last = end;
    }
  }
  return runs;
}

/**
 * Reads the tensors of one run whole, as float32. Their memory is the caller's, and may be one piece of it: views that keep
 * each other's bytes.
 *
 * @throws FormatError as `readFloat32`
 */
export async function readRun(
  sources: readonly TensorSource[],
): Promise<Float32Array<ArrayBuffer>[]> {
  const [first] = sources;
  const start = first && placeOf(first);
  if (!start || sources.length === 1) return Promise.all(sources.map(readFloat32));
  const spans = sources.map((source) => {
    const begin = (placeOf(source)?.begin ?? Number.NaN) - start.begin;
    return { source, begin, end: begin + source.byteLength };
  });
  const length = Math.max(...spans.map(({ end }) => end));
  const bytes = await readBytes(start.file, start.begin, start.begin + length);
  const values = spans.map(({ source, begin, end }) =>
    decodeTensor(source, bytes.subarray(begin, end)),
  );
  if (values.every(({ buffer }) => buffer !== bytes.buffer)) letGo(bytes.buffer);
  return values;
}
