/** A column's values in one row group, page by page. */
import * as v from 'valibot';
import { readBytes } from '../../checkpoint/read-bytes';
import type { NamedBlob } from '../../checkpoint/types';
import { ByteReader } from './byte-reader';
import { ParquetDamage } from './damage';
import type { Chunk } from './metadata';
import { readRuns } from './runs';
import type { Column } from './schema';
import { readThrift } from './thrift';
import type { Unpack } from './unpack';
import { readPlainValues, readValues, type Values } from './values';

/**
 * Pictures are packed already, so that only labels and paths get much smaller: what becomes a thousand times as large, and
 * more than these bytes for each value, means harm.
 */
const MAX_RATIO = 1000;
const HARMLESS_BYTES = 256;

const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const DATA_PAGE_V2 = 3;

const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

// The numbers are those of the fields of `PageHeader` and what it holds.
const PageHeader = v.pipe(
  v.object({
    1: Count,
    2: Count,
    3: Count,
    5: v.optional(v.object({ 1: Count, 2: Count })),
    7: v.optional(v.object({ 1: Count })),
    8: v.optional(
      v.object({
        1: Count,
        2: Count,
        4: Count,
        5: Count,
        6: Count,
        7: v.optional(v.boolean(), true),
      }),
    ),
  }),
  v.transform(({ 1: type, 2: size, 3: packedSize, 5: data, 7: dictionary, 8: data2 }) => ({
    type,
    size,
    packedSize,
    data: data && { values: data[1], encoding: data[2] },
    dictionary: dictionary && { values: dictionary[1] },
    data2: data2 && {
      values: data2[1],
      nulls: data2[2],
      encoding: data2[4],
      definitionBytes: data2[5],
      repetitionBytes: data2[6],
      isPacked: data2[7],
    },
  })),
);
type PageHeader = v.InferOutput<typeof PageHeader>;

/**
 * Reads a column that has at most one value in a row.
 * @param rows - of the row group
 * @returns one for each row, undefined where there is none
 * @throws ParquetDamage that names the page and says what cannot be true
 * @throws FormatError where the file cannot be read
 */
export async function readColumn(
  file: NamedBlob,
  column: Column,
  chunk: Chunk,
  rows: number,
  unpack: Unpack,
): Promise<unknown[]> {
  const name = column.path.join('.');
  const { begin, size, values } = chunk;
  const end = begin + size;
  if (end > file.blob.size) {
    throw new ParquetDamage(`column ${name} lies at bytes ${begin} to ${end} of ${file.blob.size}`);
  }
  if (values !== rows) throw new ParquetDamage(`column ${name} has ${values} values, not ${rows}`);
  const bytes = await readBytes(file, begin, end);
  const pages = new Pages(column, bytes, rows, unpack);
  try {
    while (pages.left > 0) pages.next();
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new ParquetDamage(`page ${pages.count} of column ${name}: ${what}`, { cause });
  }
  return pages.values;
}

class Pages {
  readonly values: unknown[] = [];
  /** How many pages were begun. */
  count = 0;
  private at = 0;
  private dictionary: Values | undefined;
  /** What may still be made of the chunk. */
  private allowance: number;

  constructor(
    private readonly column: Column,
    private readonly bytes: Uint8Array<ArrayBuffer>,
    private readonly rows: number,
    private readonly unpack: Unpack,
  ) {
    this.allowance = MAX_RATIO * bytes.length + HARMLESS_BYTES * rows;
  }

  get left(): number {
    return this.rows - this.values.length;
  }

  /** Reads one page. */
  next(): void {
    this.count++;
    if (this.at >= this.bytes.length) {
      throw new ParquetDamage(`it is missing, and so are ${this.left} values`);
    }
    const { value, end } = readThrift(this.bytes, this.at);
    const parsed = v.safeParse(PageHeader, value);
    if (!parsed.success) {
      throw new ParquetDamage(
        `its header has no ${v.getDotPath(parsed.issues[0])} as Parquet has it`,
      );
    }
    const header = parsed.output;
    const reader = new ByteReader(this.bytes, end);
    const packed = reader.take(header.packedSize);
    this.at = reader.at;
    this.claim(header.size);
    const { type, data, data2, dictionary } = header;
    if (type === DICTIONARY_PAGE && dictionary) {
      const page = this.unpack(packed, header.size);
      this.dictionary = readPlainValues(page, dictionary.values, this.column);
    } else if (type === DATA_PAGE && data) this.readData(this.unpack(packed, header.size), data);
    else if (type === DATA_PAGE_V2 && data2) this.readData2(packed, header.size, data2);
    else if (type === DATA_PAGE || type === DATA_PAGE_V2 || type === DICTIONARY_PAGE) {
      throw new ParquetDamage('its header does not fit its kind');
    }
  }

  /** Levels and values were packed together. */
  private readData(page: Uint8Array<ArrayBuffer>, header: NonNullable<PageHeader['data']>): void {
    const reader = new ByteReader(page);
    const levels = this.column.definitionLevel > 0 ? reader.takeBlock() : undefined;
    this.add(levels, reader.take(reader.left), header);
  }

  /** Levels are never packed. */
  private readData2(
    page: Uint8Array<ArrayBuffer>,
    size: number,
    header: NonNullable<PageHeader['data2']>,
  ): void {
    const reader = new ByteReader(page);
    reader.take(header.repetitionBytes);
    const levels = reader.take(header.definitionBytes);
    const packed = reader.take(reader.left);
    const unpackedSize = size - header.repetitionBytes - header.definitionBytes;
    if (unpackedSize < 0) throw new ParquetDamage('its levels are larger than it');
    const values = header.isPacked ? this.unpack(packed, unpackedSize) : packed;
    this.add(this.column.definitionLevel > 0 ? levels : undefined, values, header);
  }

  private add(
    levelBytes: Uint8Array<ArrayBuffer> | undefined,
    valueBytes: Uint8Array<ArrayBuffer>,
    { values: count, encoding }: { readonly values: number; readonly encoding: number },
  ): void {
    if (count > this.left) throw new ParquetDamage(`it has ${count} values of ${this.left}`);
    const { definitionLevel } = this.column;
    const levels = levelBytes && readRuns(levelBytes, 32 - Math.clz32(definitionLevel), count);
    const isThere = (level: number) => level === definitionLevel;
    const there = levels ? levels.reduce((sum, level) => sum + Number(isThere(level)), 0) : count;
    const claim = (bytes: number) => this.claim(bytes);
    const values = readValues(valueBytes, encoding, there, this.column, this.dictionary, claim);
    let next = 0;
    for (let index = 0; index < count; index++) {
      const value = !levels || isThere(levels[index] ?? 0) ? values[next++] : undefined;
      this.values.push(value);
    }
  }

  private claim(bytes: number): void {
    this.allowance -= bytes;
    if (this.allowance < 0) {
      throw new ParquetDamage(
        `the column has ${this.bytes.length} bytes, and ${bytes} more would come out of it`,
      );
    }
  }
}
