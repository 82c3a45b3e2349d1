/**
 * Runs of equal numbers and packed ones by turns: definition levels, indices into a dictionary, and truth values.
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE
 */
import { ByteReader, bitsAt } from './byte-reader';
import { ParquetDamage } from './damage';

/**
 * @param width - bits of each number
 * @param count - how many there are
 * @throws ParquetDamage where the runs have more or fewer
 */
export function readRuns(
  bytes: Uint8Array<ArrayBuffer>,
  width: number,
  count: number,
): Uint32Array {
  if (width > 32) throw new ParquetDamage(`its numbers have ${width} bits`);
  const values = new Uint32Array(count);
  const reader = new ByteReader(bytes);
  for (let seen = 0; seen < count; ) {
    const head = reader.varint();
    const left = count - seen;
    const length = Math.floor(head / 2);
    if (head % 2 === 0) {
      if (length > left)
        throw new ParquetDamage(`a run has ${length} values where ${left} are left`);
      const value = bitsAt(reader.take(Math.ceil(width / 8)), 0, width);
      values.fill(value, seen, seen + length);
      seen += length;
    } else {
      // Groups of eight, the last of which may be filled up, or cut where nothing follows.
      const used = Math.min(8 * length, left);
      const packed = reader.take(
        Math.min(length * width, Math.max(Math.ceil((used * width) / 8), reader.left)),
      );
      for (let index = 0; index < used; index++) {
        values[seen + index] = bitsAt(packed, index * width, width);
      }
      seen += used;
    }
  }
  return values;
}
