/**
 * Thrift's compact protocol, in which a Parquet file's footer and the headers of its pages are written. Takes time and memory
 * in proportion to the bytes, whatever lengths are claimed: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
import { ByteReader } from './byte-reader';
import { ParquetDamage } from './damage';

/** Integers of every width are numbers, exact up to 2^53: no size of a file is beyond. */
export type ThriftValue = number | boolean | Uint8Array<ArrayBuffer> | ThriftValue[] | ThriftStruct;

/** Values by the numbers of their fields. */
export interface ThriftStruct {
  [field: number]: ThriftValue;
}

/** Parquet's own structures are seven deep. */
const MAX_DEPTH = 32;

/** Each takes a hundred bytes of memory at most. A file of ImageNet's size has some two million. */
const MAX_VALUES = 2 ** 23;

const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const SET = 10;
const STRUCT = 12;

/**
 * Reads the structure that begins at `begin`.
 * @returns the structure, and where it ends
 * @throws ParquetDamage where it is none
 */
export function readThrift(
  bytes: Uint8Array<ArrayBuffer>,
  begin: number,
): { value: ThriftStruct; end: number } {
  const reader = new ByteReader(bytes, begin);
  let values = 0;

  function struct(depth: number): ThriftStruct {
    if (depth > MAX_DEPTH) throw new ParquetDamage(`a structure is ${depth} deep`);
    const fields: ThriftStruct = {};
    for (let field = 0; ; ) {
      const head = reader.byte();
      if (head === 0) return fields;
      const delta = head >> 4;
      field = delta > 0 ? field + delta : reader.zigzag();
      const type = head & 15;
      fields[field] = type === TRUE || type === FALSE ? type === TRUE : element(type, depth);
    }
  }

  function element(type: number, depth: number): ThriftValue {
    if (++values > MAX_VALUES) throw new ParquetDamage(`a structure has over ${MAX_VALUES} values`);
    if (type >= BYTE && type <= I64) return type === BYTE ? reader.byte() : reader.zigzag();
    if (type === TRUE || type === FALSE) return reader.byte() === TRUE;
    if (type === BINARY) return reader.take(reader.varint());
    if (type === LIST || type === SET) return list(depth + 1);
    if (type === STRUCT) return struct(depth + 1);
    if (type !== DOUBLE) throw new ParquetDamage(`a value is of type ${type}`);
    const double = reader.take(8);
    return new DataView(double.buffer, double.byteOffset, 8).getFloat64(0, true);
  }

  function list(depth: number): ThriftValue[] {
    if (depth > MAX_DEPTH) throw new ParquetDamage(`a structure is ${depth} deep`);
    const head = reader.byte();
    const length = head >> 4 === 15 ? reader.varint() : head >> 4;
    // Each takes a byte at least.
    if (length > reader.left) throw new ParquetDamage(`a list claims ${length} values`);
    return Array.from({ length }, () => element(head & 15, depth));
  }

  const value = struct(1);
  return { value, end: reader.at };
}
