/** A Parquet file of pictures and labels, as the `datasets` library writes it, read one row group at a time. */
import * as v from 'valibot';
import type { ByteRange } from '../../checkpoint/byte-ranges';
import type { NamedBlob } from '../../checkpoint/types';
import { FormatError } from '../../errors';
import { unpackerOf } from './codecs';
import { type Columns, findColumns } from './columns';
import { ParquetDamage } from './damage';
import { type Metadata, readMetadata } from './metadata';
import { readColumn } from './pages';
import type { Column } from './schema';

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
  /** What of the file `labels` reads. */
  readonly labelRanges: readonly ByteRange[];
  /** What of the file `rowGroup` reads. */
  rangesOf(index: number): ByteRange[];
}

/** Where the values are that are read, by their places among the file's columns. */
interface Places {
  /** Pictures' bytes and paths, one of which a row may have; `datasets` lets bytes win. */
  readonly bytes: number | undefined;
  readonly path: number | undefined;
  readonly label: number;
}

const Bytes = v.instance(Uint8Array<ArrayBuffer>);
const Label = v.union([
  v.pipe(v.bigint(), v.transform(Number)),
  v.pipe(v.boolean(), v.transform(Number)),
  v.pipe(v.number(), v.integer()),
]);
const decoder = new TextDecoder();

/** @throws FormatError where the columns hold something else than pictures and labels */
function findPlaces({ columns }: Metadata, { picture, label }: Columns, file: string): Places {
  const placeOf = (path: readonly string[], isUsable: (column: Column) => boolean) => {
    const place = columns.findIndex(
      (column) =>
        column.path.join('\0') === path.join('\0') && !column.isRepeated && isUsable(column),
    );
    return place < 0 ? undefined : place;
  };
  const isBinary = ({ type }: Column) => type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY';
  const isText = (column: Column) => isBinary(column) && column.meaning === 'text';
  const bytes =
    placeOf([picture, 'bytes'], isBinary) ??
    placeOf([picture], (column) => isBinary(column) && !isText(column));
  const path = placeOf([picture, 'path'], isText) ?? placeOf([picture], isText);
  if (bytes === undefined && path === undefined) {
    throw new FormatError(
      file,
      `Its column ${picture} holds neither pictures nor their paths. Write it again with the datasets library (to_parquet), the column as an Image.`,
    );
  }
  const found = placeOf([label], ({ meaning, type }) => meaning !== 'other' && type !== 'INT96');
  if (found === undefined) {
    throw new FormatError(
      file,
      `Its column ${label} holds neither whole numbers nor names. Write it again with the datasets library (to_parquet), the column as a ClassLabel.`,
    );
  }
  return { bytes, path, label: found };
}

function pictureOf(bytes: unknown, path: unknown): ParquetRow['picture'] {
  if (v.is(Bytes, bytes)) return bytes;
  if (!v.is(Bytes, path) || path.length === 0) return undefined;
  return { path: decoder.decode(path) };
}

function labelOf(value: unknown, isText: boolean): ParquetRow['label'] {
  if (v.is(Bytes, value)) return isText ? decoder.decode(value) : undefined;
  const label = v.safeParse(Label, value);
  return label.success ? label.output : undefined;
}

/** @throws FormatError where the file is no Parquet file, is damaged, or is packed in a way that cannot be read here. */
export async function openParquet(file: NamedBlob): Promise<ParquetFile> {
  const { name } = file;
  const refuse = (cause: unknown): never => {
    if (!(cause instanceof ParquetDamage)) throw cause;
    throw new FormatError(
      name,
      `The Parquet file is damaged (${cause.message}). Download it again; if that does not help, write it again with the datasets library (to_parquet).`,
      { cause },
    );
  };
  const metadata = await readMetadata(file).catch(refuse);
  const columns = findColumns(metadata, name);
  const places = findPlaces(metadata, columns, name);
  const rowGroups = boundaries(metadata);

  /** The values of one column in a row group. */
  async function read(index: number, place: number | undefined): Promise<unknown[]> {
    const group = metadata.rowGroups[index];
    const column = metadata.columns[place ?? -1];
    const chunk = group?.chunks[place ?? -1];
    if (!group || !column || !chunk) return [];
    const unpack = await unpackerOf(chunk.codec);
    if (typeof unpack === 'string') {
      throw new FormatError(
        name,
        `The Parquet file is compressed with ${unpack}, which is not read. Write it again with compression="zstd" or "snappy".`,
      );
    }
    return readColumn(file, column, chunk, group.rows, unpack).catch(refuse);
  }

  async function labelsOf(index: number): Promise<ParquetRow['label'][]> {
    const isText = metadata.columns[places.label]?.meaning === 'text';
    const values = await read(index, places.label);
    return values.map((value) => labelOf(value, isText));
  }

  async function rowGroup(index: number): Promise<ParquetRow[]> {
    const labels = await labelsOf(index);
    const bytes = await read(index, places.bytes);
    const paths = await read(index, places.path);
    return labels.map((label, row) => ({ label, picture: pictureOf(bytes[row], paths[row]) }));
  }

  return {
    name,
    classnames: columns.classnames,
    labelColumn: columns.label,
    rowCount: metadata.rows,
    rowGroups,
    rowGroup,
    hasPathsAlone: (index) => hasPathsAlone(metadata, index, places),
    labelRanges: [...rowGroups.keys()].flatMap((index) =>
      rangesAt(metadata, index, [places.label]),
    ),
    rangesOf: (index) => rangesAt(metadata, index, [places.bytes, places.path, places.label]),
    async labels() {
      const labels: ParquetRow['label'][] = [];
      for (const index of rowGroups.keys()) {
        for (const label of await labelsOf(index)) labels.push(label);
      }
      return labels;
    },
    async *rows() {
      for (const index of rowGroups.keys()) yield await rowGroup(index);
    },
  };
}

function boundaries({ rowGroups }: Metadata): { from: number; to: number }[] {
  let to = 0;
  return rowGroups.map(({ rows }) => {
    const from = to;
    to += rows;
    return { from, to };
  });
}

/** Where the values of some columns lie in a row group. */
function rangesAt(
  { rowGroups }: Metadata,
  index: number,
  places: readonly (number | undefined)[],
): ByteRange[] {
  return places.flatMap((place) => {
    const chunk = rowGroups[index]?.chunks[place ?? -1];
    return chunk ? [{ begin: chunk.begin, end: chunk.begin + chunk.size }] : [];
  });
}

/** Whether there is no column of bytes, or one without values, as its statistics tell. */
function hasPathsAlone({ rowGroups }: Metadata, index: number, { bytes }: Places): boolean {
  if (bytes === undefined) return true;
  const chunk = rowGroups[index]?.chunks[bytes];
  return chunk !== undefined && chunk.nulls === chunk.values;
}
