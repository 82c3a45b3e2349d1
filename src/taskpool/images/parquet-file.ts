/** A Parquet file of pictures and labels, as the `datasets` library writes it, read one row group at a time. */
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from 'hyparquet';
import * as v from 'valibot';
import type { ByteSource } from '../../checkpoint/byte-source';
import type { NamedBlob } from '../../checkpoint/types';
import { FormatError } from '../../errors';
import { compressorsFor } from './parquet-codecs';
import { type Columns, findColumns } from './parquet-columns';
import { checkMetadata, checkPages } from './parquet-pages';

export interface ParquetRow {
  /** The picture's file: its bytes, or where it lies; nothing where the row has no picture. */
  readonly picture: Uint8Array<ArrayBuffer> | PicturePath | undefined;
  /** Class index or class name; nothing where it is missing. */
  readonly label: number | string | undefined;
}

/** A picture that is not in the Parquet file. */
export interface PicturePath {
  readonly path: string;
}

export interface ParquetFile {
  readonly name: string;
  /** Class names in label order, where the file has them. */
  readonly classnames: readonly string[] | undefined;
  readonly labelColumn: string;
  readonly rowCount: number;
  /** The rows that are read at once: from, up to, not including, to. */
  readonly rowGroups: readonly { readonly from: number; readonly to: number }[];
  /** The rows in their order, row group by row group. */
  rows(): AsyncGenerator<ParquetRow[]>;
  /** All labels in row order, without reading a picture. */
  labels(): Promise<ParquetRow['label'][]>;
  /** The rows of one row group. */
  rowGroup(index: number): Promise<ParquetRow[]>;
  /** Whether a row group has no bytes of pictures, so that its rows can be read at no cost. */
  hasPathsAlone(index: number): boolean;
}

const Bytes = v.instance(Uint8Array<ArrayBuffer>);
const Path = v.pipe(v.string(), v.nonEmpty());
/** As `datasets` stores a picture: bytes win over a path. */
const Picture = v.union([
  Bytes,
  v.pipe(
    v.object({ bytes: Bytes }),
    v.transform(({ bytes }) => bytes),
  ),
  v.object({ path: Path }),
  v.pipe(
    Path,
    v.transform((path) => ({ path })),
  ),
]);
const Label = v.union([
  v.pipe(v.bigint(), v.transform(Number)),
  v.pipe(v.boolean(), v.transform(Number)),
  v.pipe(v.number(), v.integer()),
  v.string(),
]);

function readRow(row: Readonly<Record<string, unknown>>, { picture, label }: Columns): ParquetRow {
  const content = v.safeParse(Picture, row[picture]);
  const labelled = v.safeParse(Label, row[label]);
  return {
    picture: content.success ? content.output : undefined,
    label: labelled.success ? labelled.output : undefined,
  };
}

/** Places are whatever a damaged file claims, and Node ends the process where a Blob is asked for some of them. */
async function readRange(blob: ByteSource, start: number, end: number): Promise<ArrayBuffer> {
  if (!(start >= 0 && start <= end && end <= blob.size)) {
    throw new RangeError(`bytes ${start} to ${end} are not among its ${blob.size}`);
  }
  return blob.slice(start, end).arrayBuffer();
}

/** @throws FormatError where the file is no Parquet file, is damaged, or is packed in a way that cannot be read here. */
export async function openParquet({ name, blob }: NamedBlob): Promise<ParquetFile> {
  const file: AsyncBuffer = {
    byteLength: blob.size,
    slice(start, end = blob.size) {
      const bytes = readRange(blob, start, end);
      // hyparquet asks for several ranges at once, and after the first that fails for none of the others.
      bytes.catch(() => undefined);
      return bytes;
    },
  };
  const refuse = (cause: unknown): never => {
    const codec = /compression codec: (\w+)/.exec(String(cause))?.[1];
    const reason = codec
      ? `The Parquet file is compressed with ${codec}, which is not read. Write it again with compression="zstd" or "snappy".`
      : `The Parquet file cannot be read (${(cause as Error).message}). Download it again; if that does not help, write it again with the datasets library (to_parquet).`;
    throw new FormatError(name, reason, { cause });
  };
  const metadata = await parquetMetadataAsync(file)
    .then((read) => {
      checkMetadata(read);
      return read;
    })
    .catch(refuse);
  const columns = findColumns(metadata, name);
  const { picture, label } = columns;
  const compressors = await compressorsFor(metadata);
  const rowGroups = boundaries(metadata);
  const checked = new Set<string>();
  const read = async (names: string[], index: number) => {
    const group = rowGroups[index] ?? { from: 0, to: 0 };
    const key = `${index} ${names.join()}`;
    if (!checked.has(key)) await checkPages(blob, metadata, index, names).catch(refuse);
    checked.add(key);
    const range = { rowStart: group.from, rowEnd: group.to };
    const rows = await parquetReadObjects({
      file,
      metadata,
      columns: names,
      ...range,
      ...(compressors ? { compressors } : {}),
      utf8: false,
    }).catch(refuse);
    return rows.map((row) => readRow(row, columns));
  };
  const rowGroup = (index: number) => read([picture, label], index);
  return {
    name,
    classnames: columns.classnames,
    labelColumn: label,
    rowCount: Number(metadata.num_rows),
    rowGroups,
    rowGroup,
    hasPathsAlone: (index) => hasPathsAlone(metadata, index, picture),
    async labels() {
      const labels: ParquetRow['label'][] = [];
      for (const index of rowGroups.keys()) {
        for (const row of await read([label], index)) labels.push(row.label);
      }
      return labels;
    },
    async *rows() {
      for (const index of rowGroups.keys()) yield await rowGroup(index);
    },
  };
}

function boundaries({ row_groups: groups }: FileMetaData): { from: number; to: number }[] {
  let to = 0;
  return groups.map(({ num_rows: rows }) => {
    const from = to;
    to += Number(rows);
    return { from, to };
  });
}

/** Whether a row group's pictures are texts, or structures without bytes, as its statistics tell. */
function hasPathsAlone(
  { schema, row_groups: groups }: FileMetaData,
  index: number,
  picture: string,
): boolean {
  if (schema.some(({ name, converted_type: type }) => name === picture && type === 'UTF8')) {
    return true;
  }
  return (groups[index]?.columns ?? []).some(({ meta_data: of }) => {
    const [column, part] = of?.path_in_schema ?? [];
    const nulls = of?.statistics?.null_count;
    return (
      column === picture && part === 'bytes' && nulls !== undefined && nulls === of?.num_values
    );
  });
}
