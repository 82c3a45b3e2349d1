/**
 * Numbers as differences, and texts by their lengths or by what they share with the one before.
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTAENC
 */
import { ByteReader, bitsAt } from './byte-reader';
import { ParquetDamage } from './damage';

/** Whole numbers of 64 bits; those beyond 2^53 are rounded. */
export function readDeltas(reader: ByteReader, count: number): number[] {
  const values: number[] = [];
  // Some writers leave out the head as well.
  if (count === 0 && reader.left === 0) return values;
  const blockSize = reader.varint();
  const miniblocks = reader.varint();
  reader.varint();
  let value = reader.zigzag64();
  const perMiniblock = blockSize / miniblocks;
  if (!(perMiniblock > 0 && perMiniblock % 8 === 0)) {
    throw new ParquetDamage(`its blocks have ${blockSize} values in ${miniblocks} parts`);
  }
  if (count > 0) values.push(Number(value));
  while (values.length < count) {
    const least = reader.zigzag64();
    for (const width of reader.take(miniblocks)) {
      const used = Math.min(perMiniblock, count - values.length);
      // Parts after the last value have a width and no bytes.
      if (used === 0) break;
      if (width > 64) throw new ParquetDamage(`its differences have ${width} bits`);
      const needed = Math.ceil((used * width) / 8);
      const packed = reader.take(
        Math.min((perMiniblock * width) / 8, Math.max(needed, reader.left)),
      );
      for (let index = 0; index < used; index++) {
        value = BigInt.asIntN(64, value + least + bits64At(packed, index * width, width));
        values.push(Number(value));
      }
    }
  }
  return values;
}

function bits64At(bytes: Uint8Array, place: number, width: number): bigint {
  const low = BigInt(bitsAt(bytes, place, Math.min(width, 32)));
  return width > 32 ? low | (BigInt(bitsAt(bytes, place + 32, width - 32)) << 32n) : low;
}

/** DELTA_LENGTH_BYTE_ARRAY */
export function readByLengths(
  bytes: Uint8Array<ArrayBuffer>,
  count: number,
): Uint8Array<ArrayBuffer>[] {
  const reader = new ByteReader(bytes);
  return readDeltas(reader, count).map((length) => reader.take(length));
}

/**
 * DELTA_BYTE_ARRAY
 * @param claim - asked for so many bytes before they are made: a page may repeat its first value without end
 */
export function readByPrefixes(
  bytes: Uint8Array<ArrayBuffer>,
  count: number,
  claim: (bytes: number) => void,
): Uint8Array<ArrayBuffer>[] {
  const reader = new ByteReader(bytes);
  const prefixes = readDeltas(reader, count);
  const lengths = readDeltas(reader, count);
  let before: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  return prefixes.map((prefix, index) => {
    const suffix = reader.take(lengths[index] ?? 0);
    if (!(prefix >= 0 && prefix <= before.length)) {
      throw new ParquetDamage(`a value shares ${prefix} bytes with one of ${before.length}`);
    }
    if (prefix === 0) before = suffix;
    else {
      claim(prefix + suffix.length);
      const value = new Uint8Array(prefix + suffix.length);
      value.set(before.subarray(0, prefix));
      value.set(suffix, prefix);
      before = value;
    }
    return before;
  });
}
