/** A Parquet file's footer: its columns, and where those of each row group lie. What cannot be true is refused. */
import * as v from 'valibot';
import type { ByteRange } from '../../checkpoint/byte-ranges';
import { readBytes } from '../../checkpoint/read-bytes';
import type { NamedBlob } from '../../checkpoint/types';
import { ParquetDamage } from './damage';
import { type Column, columnsOf, type SchemaElement } from './schema';
import { readThrift } from './thrift';

/** A column's values in one row group. */
export interface Chunk {
  /** The compression's number in `CompressionCodec`. */
  readonly codec: number;
  readonly values: number;
  /** Where it begins in the file, and its bytes. */
  readonly begin: number;
  readonly size: number;
  readonly nulls: number | undefined;
}

export interface RowGroup {
  readonly rows: number;
  /** One for each column. */
  readonly chunks: readonly Chunk[];
}

export interface Metadata {
  readonly rows: number;
  /** Names at the top level of the schema. */
  readonly names: readonly string[];
  readonly columns: readonly Column[];
  readonly rowGroups: readonly RowGroup[];
  readonly keyValues: ReadonlyMap<string, string>;
}

/** A row whose picture is missing may take no bytes, and a file of such rows is no data set. */
const ROWS_FOR_NOTHING = 100_000;

/** The footer's length and `PAR1`, which the file also begins with. */
const END_BYTES = 8;
const MAGIC = 0x31524150;

const decoder = new TextDecoder();
const Text = v.pipe(
  v.instance(Uint8Array),
  v.transform((bytes) => decoder.decode(bytes)),
);
const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

// The numbers are those of the fields in https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
const Element = v.pipe(
  v.object({
    1: v.optional(v.number()),
    2: v.optional(v.number()),
    3: v.optional(v.number()),
    4: Text,
    5: v.optional(Count, 0),
    6: v.optional(v.number()),
    10: v.optional(v.record(v.string(), v.unknown())),
  }),
  v.transform((field): SchemaElement => {
    const [logical] = Object.keys(field[10] ?? {});
    return {
      type: field[1],
      typeLength: field[2],
      repetition: field[3],
      name: field[4],
      children: field[5],
      convertedType: field[6],
      logicalType: logical === undefined ? undefined : Number(logical),
    };
  }),
);
const ColumnMetadata = v.object({
  3: v.array(Text),
  4: Count,
  5: Count,
  7: Count,
  9: Count,
  11: v.optional(Count, 0),
  12: v.optional(v.object({ 3: v.optional(Count) })),
});
const ColumnChunk = v.pipe(
  v.object({ 3: ColumnMetadata }),
  v.transform(({ 3: field }) => ({
    path: field[3],
    codec: field[4],
    values: field[5],
    size: field[7],
    begin: field[11] || field[9],
    nulls: field[12]?.[3],
  })),
);
const Footer = v.object({
  2: v.array(Element),
  3: v.number(),
  4: v.array(
    v.pipe(
      v.object({ 1: v.array(ColumnChunk), 3: v.number() }),
      v.transform(({ 1: chunks, 3: rows }) => ({ chunks, rows })),
    ),
  ),
  5: v.optional(v.array(v.object({ 1: Text, 2: v.optional(Text) })), []),
});

/**
 * Where the footer lies, without its length and `PAR1`.
 * @throws ParquetDamage that says what cannot be true
 * @throws FormatError where the file cannot be read
 */
export async function footerRange(file: NamedBlob): Promise<ByteRange> {
  const { size } = file.blob;
  if (size < END_BYTES) throw new ParquetDamage(`it has ${size} bytes`);
  const end = await readBytes(file, size - END_BYTES, size);
  const view = new DataView(end.buffer, end.byteOffset);
  if (view.getUint32(4, true) !== MAGIC) throw new ParquetDamage('it does not end in PAR1');
  const length = view.getUint32(0, true);
  if (length > size - END_BYTES) {
    throw new ParquetDamage(`its footer has ${length} bytes, the file ${size}`);
  }
  return { begin: size - END_BYTES - length, end: size - END_BYTES };
}

/** Throws as `footerRange`. */
export async function readMetadata(file: NamedBlob): Promise<Metadata> {
  const { begin, end } = await footerRange(file);
  const bytes = await readBytes(file, begin, end);
  const footer = v.safeParse(Footer, readThrift(bytes, 0).value);
  if (!footer.success) {
    const [issue] = footer.issues;
    throw new ParquetDamage(
      `its footer has no ${v.getDotPath(issue) ?? 'fields'} as Parquet has it`,
    );
  }
  return checkedMetadata(footer.output, file.blob.size);
}

function checkedMetadata(footer: v.InferOutput<typeof Footer>, size: number): Metadata {
  const { 2: elements, 3: rows, 4: rowGroups, 5: pairs } = footer;
  const columns = columnsOf(elements);
  let sum = 0;
  let bytes = 0;
  for (const group of rowGroups) {
    if (!(group.rows >= 0)) throw new ParquetDamage(`a row group has ${group.rows} rows`);
    sum += group.rows;
    const isAsTold = group.chunks.every(({ path }, index) => isSame(path, columns[index]?.path));
    if (group.chunks.length !== columns.length || !isAsTold) {
      throw new ParquetDamage('a row group has other columns');
    }
    for (const chunk of group.chunks) bytes += chunk.size;
  }
  if (sum !== rows) throw new ParquetDamage(`its row groups have ${sum} rows, the file ${rows}`);
  if (rows > ROWS_FOR_NOTHING + size) {
    throw new ParquetDamage(`it has ${rows} rows in ${size} bytes`);
  }
  // Chunks that share bytes would make a large file of a small one.
  if (bytes > size) throw new ParquetDamage(`its columns have ${bytes} bytes, the file ${size}`);
  return {
    rows,
    names: [...new Set(columns.map(({ path }) => path[0] ?? ''))],
    columns,
    rowGroups,
    keyValues: new Map(pairs.map((pair) => [pair[1], pair[2] ?? ''])),
  };
}

function isSame(path: readonly string[], other: readonly string[] | undefined): boolean {
  return path.length === other?.length && path.every((part, depth) => part === other[depth]);
}
