/**
 * Whether the places and sizes in a Parquet file can be true, before hyparquet follows them: it reads backwards where a page
 * claims a negative size, and makes room for as many values as a page claims to have.
 */
import type { ColumnMetaData, FileMetaData } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { type ByteSource, fill } from '../../checkpoint/byte-source';

/** ImageNet has 1.3 million pictures. */
const MAX_ROWS = 100_000_000;

/** Columns of a data set; a file with more is none. */
const MAX_CHUNKS = 1_000_000;

/** A picture is a structure of bytes and a path. */
const MAX_DEPTH = 100;

/** What a page unpacks to lies in memory. */
const MAX_PAGE_BYTES = 2 ** 31 - 1;

/** Most headers take some dozens of bytes; statistics make some longer. */
const HEADER_BYTES = 64 * 1024;

/** @throws Error that says what cannot be true */
export function checkMetadata(metadata: FileMetaData): void {
  const { num_rows: rows, row_groups: groups } = metadata;
  const columns = JSON.stringify(leafPaths(metadata));
  let sum = 0;
  let chunks = 0;
  for (const group of groups) {
    if (!(group.num_rows >= 0)) throw new Error(`a row group has ${group.num_rows} rows`);
    sum += Number(group.num_rows);
    chunks += group.columns.length;
    // hyparquet reads what lies beside the schema, too, and nobody waits for what becomes of it.
    const paths = group.columns.map(({ meta_data: of }) => of?.path_in_schema);
    if (JSON.stringify(paths) !== columns) throw new Error('a row group has other columns');
  }
  if (!(sum <= MAX_ROWS) || sum !== Number(rows)) {
    throw new Error(`its row groups have ${sum} rows, the file ${rows}`);
  }
  if (chunks > MAX_CHUNKS) throw new Error(`it has ${chunks} columns in row groups`);
}

/** Paths of the columns that have values; the schema is a tree in depth-first order. */
function leafPaths({ schema }: FileMetaData): string[][] {
  const paths: string[][] = [];
  const open: { path: string[]; left: number }[] = [
    { path: [], left: schema[0]?.num_children ?? 0 },
  ];
  for (const { name, num_children: children = 0 } of schema.slice(1)) {
    while (open.at(-1)?.left === 0) open.pop();
    const parent = open.at(-1);
    if (!parent) throw new Error('its schema is no tree');
    parent.left--;
    const path = [...parent.path, name];
    if (path.length > MAX_DEPTH) throw new Error(`its columns are more than ${MAX_DEPTH} deep`);
    if (children > 0) open.push({ path, left: children });
    else paths.push(path);
  }
  return paths;
}

/**
 * Checks the pages of some columns of a row group.
 * @param columns - names at the top level
 * @throws Error that says what cannot be true
 */
export async function checkPages(
  blob: ByteSource,
  { row_groups: groups }: FileMetaData,
  index: number,
  columns: readonly string[],
): Promise<void> {
  for (const { meta_data: chunk } of groups[index]?.columns ?? []) {
    if (!chunk || !columns.includes(chunk.path_in_schema[0] ?? '')) continue;
    await checkChunk(blob, chunk);
  }
}

async function checkChunk(blob: ByteSource, chunk: ColumnMetaData): Promise<void> {
  const name = chunk.path_in_schema.join('.');
  const begin = Number(chunk.dictionary_page_offset || chunk.data_page_offset);
  const end = begin + Number(chunk.total_compressed_size);
  if (!(begin >= 0 && begin <= end && end <= blob.size)) {
    throw new Error(`column ${name} lies at bytes ${begin} to ${end} of ${blob.size}`);
  }
  let left = Number(chunk.num_values);
  if (!(left >= 0 && left <= MAX_ROWS)) throw new Error(`column ${name} has ${left} values`);
  for (let at = begin; at < end - 1; ) {
    const { header, length } = await readHeader(blob, at, end);
    const { compressed_page_size: packed, uncompressed_page_size: size } = header;
    at += length;
    if (!(packed >= 0 && at + packed <= end && size >= 0 && size <= MAX_PAGE_BYTES)) {
      throw new Error(`a page of column ${name} has ${packed} bytes, unpacked ${size}`);
    }
    at += packed;
    const data = header.data_page_header ?? header.data_page_header_v2;
    const values = (data ?? header.dictionary_page_header)?.num_values ?? 0;
    const most = data ? left : Math.min(MAX_ROWS, 8 * size);
    if (!(values >= 0 && values <= most)) {
      throw new Error(`a page of column ${name} has ${values} values of ${most}`);
    }
    if (data) left -= values;
  }
}

async function readHeader(blob: ByteSource, at: number, end: number) {
  for (let bytes = HEADER_BYTES; ; bytes *= 16) {
    const memory = new Uint8Array(Math.min(bytes, end - at));
    const view = new DataView(memory.buffer, 0, await fill(blob, at, memory));
    const reader = { view, offset: 0 };
    try {
      return { header: parquetHeader(reader), length: reader.offset };
    } catch (error) {
      if (memory.length === end - at) throw error;
    }
  }
}
