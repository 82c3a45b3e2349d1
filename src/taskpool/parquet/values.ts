/** The values of one page, from its bytes without levels. */
import type { DecodedArray } from 'hyparquet';
import { byteStreamSplit } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { ByteReader } from './byte-reader';
import { ParquetDamage } from './damage';
import { readByLengths, readByPrefixes, readDeltas } from './deltas';
import { readRuns } from './runs';
import type { Column } from './schema';

/** Numbers, large numbers, truth values or bytes. */
export type Values = DecodedArray;

/** Numbers in the format's `Encoding`. */
const PLAIN = 0;
const PLAIN_DICTIONARY = 2;
const RLE = 3;
const DELTA_BINARY_PACKED = 5;
const DELTA_LENGTH_BYTE_ARRAY = 6;
const DELTA_BYTE_ARRAY = 7;
const RLE_DICTIONARY = 8;
const BYTE_STREAM_SPLIT = 9;

const BITS: Readonly<Record<Column['type'], number>> = {
  BOOLEAN: 1,
  INT32: 32,
  INT64: 64,
  INT96: 96,
  FLOAT: 32,
  DOUBLE: 64,
  // Its length alone.
  BYTE_ARRAY: 32,
  FIXED_LEN_BYTE_ARRAY: 8,
};

/** So that no room is made for values that are not there. */
function requireRoom(bytes: Uint8Array, count: number, { type, typeLength }: Column): void {
  const length = type === 'FIXED_LEN_BYTE_ARRAY' ? (typeLength ?? 0) : 1;
  if (!(length > 0 && count * BITS[type] * length <= 8 * bytes.length)) {
    throw new ParquetDamage(`${count} values are claimed in ${bytes.length} bytes`);
  }
}

/** Values as they are in memory, which hyparquet reads. */
export function readPlainValues(
  bytes: Uint8Array<ArrayBuffer>,
  count: number,
  column: Column,
): Values {
  requireRoom(bytes, count, column);
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 };
  const values = readPlain(reader, column.type, count, column.typeLength);
  // It reads on into what lies behind the page.
  if (reader.offset > bytes.length) throw new ParquetDamage('its values end beyond it');
  return values;
}

/**
 * @param dictionary - of the column in this row group, if there is one
 * @param claim - asked for so many bytes before they are made
 * @throws ParquetDamage, or what hyparquet says
 */
export function readValues(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: number,
  count: number,
  column: Column,
  dictionary: Values | undefined,
  claim: (bytes: number) => void,
): Values {
  const { type } = column;
  const reader = new ByteReader(bytes);
  const isText = type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY';
  const isWhole = type === 'INT32' || type === 'INT64';
  if (count === 0) return [];
  if (encoding === PLAIN) return readPlainValues(bytes, count, column);
  if (encoding === PLAIN_DICTIONARY || encoding === RLE_DICTIONARY) {
    const width = reader.byte();
    const indices = readRuns(reader.take(reader.left), width, count);
    return Array.from(indices, (index) => entry(dictionary, index));
  }
  if (encoding === RLE && type === 'BOOLEAN') {
    return Array.from(readRuns(reader.takeBlock(), 1, count), (bit) => bit === 1);
  }
  if (encoding === DELTA_BINARY_PACKED && isWhole) return readDeltas(reader, count);
  if (encoding === DELTA_LENGTH_BYTE_ARRAY && isText) return readByLengths(bytes, count);
  if (encoding === DELTA_BYTE_ARRAY && isText) return readByPrefixes(bytes, count, claim);
  if (encoding === BYTE_STREAM_SPLIT) {
    requireRoom(bytes, count, column);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return byteStreamSplit({ view, offset: 0 }, count, type, column.typeLength);
  }
  throw new ParquetDamage(`its values are of type ${type} in encoding ${encoding}`);
}

function entry(dictionary: Values | undefined, index: number): unknown {
  if (index < (dictionary?.length ?? 0)) return dictionary?.[index];
  throw new ParquetDamage(
    `value ${index} of a dictionary of ${dictionary?.length ?? 0} is asked for`,
  );
}
