/** A Parquet file of pictures and labels, as the `datasets` library writes it, read one row group at a time. */
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from 'hyparquet';
import * as v from 'valibot';
import type { NamedBlob } from '../../checkpoint/types';
import { FormatError } from '../../errors';

export interface ParquetRow {
  /** The picture's file; nothing where it is not in the Parquet file. */
  readonly picture: Uint8Array<ArrayBuffer> | undefined;
  /** Class index or class name; nothing where it is missing. */
  readonly label: number | string | undefined;
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
}

/** `datasets`' description of the columns, in the schema's metadata under the key `huggingface`. */
const Features = v.record(
  v.string(),
  v.object({ _type: v.optional(v.string()), names: v.optional(v.array(v.string())) }),
);
const HuggingFace = v.object({ info: v.object({ features: Features }) });

const Bytes = v.instance(Uint8Array<ArrayBuffer>);
const Picture = v.union([Bytes, v.object({ bytes: Bytes })]);
const Label = v.union([
  v.pipe(v.bigint(), v.transform(Number)),
  v.pipe(v.boolean(), v.transform(Number)),
  v.pipe(v.number(), v.integer()),
  v.string(),
]);

/** Names that pictures and labels have in the data sets that CLIPs are measured on. */
const PICTURE_COLUMNS = ['image', 'img', 'picture', 'photo', 'jpg', 'png', 'webp'];
const LABEL_COLUMNS = ['label', 'labels', 'class', 'cls', 'target', 'fine_label', 'classname'];

interface Columns {
  readonly picture: string;
  readonly label: string;
  readonly classnames: readonly string[] | undefined;
}

function features(metadata: FileMetaData): v.InferOutput<typeof Features> {
  const value = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
  if (value === undefined) return {};
  try {
    return v.parse(HuggingFace, JSON.parse(value)).info.features;
  } catch {
    // A newer description: the columns' own names are left to go by.
    return {};
  }
}

/** Names of the columns at the top level of the schema, which is stored as a tree in depth-first order. */
function topLevel({ schema }: FileMetaData): string[] {
  const names: string[] = [];
  let depths: number[] = [schema[0]?.num_children ?? 0];
  for (const { name, num_children: children } of schema.slice(1)) {
    if (depths.length === 1) names.push(name);
    depths = depths.with(-1, (depths.at(-1) ?? 0) - 1);
    if (children) depths.push(children);
    while (depths.length > 1 && depths.at(-1) === 0) depths.pop();
  }
  return names;
}

function findColumns(metadata: FileMetaData, file: string): Columns {
  const described = features(metadata);
  const names = topLevel(metadata);
  const pick = (type: string, usual: readonly string[]) => {
    const ofType = names.filter((name) => described[name]?._type === type);
    const candidates = ofType.length > 0 ? ofType : names;
    const named = usual.find((name) => candidates.includes(name));
    return named ?? ofType[0];
  };
  const picture = pick('Image', PICTURE_COLUMNS);
  const label = pick('ClassLabel', LABEL_COLUMNS);
  if (picture === undefined || label === undefined) {
    throw new FormatError(
      file,
      `No column of ${picture === undefined ? 'pictures' : 'labels'} was found among ${names.join(', ')}. Name them "image" and "label".`,
    );
  }
  return { picture, label, classnames: described[label]?.names };
}

function readRow(row: Readonly<Record<string, unknown>>, { picture, label }: Columns): ParquetRow {
  const content = v.safeParse(Picture, row[picture]);
  const labelled = v.safeParse(Label, row[label]);
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  if (content.success)
    bytes = content.output instanceof Uint8Array ? content.output : content.output.bytes;
  return { picture: bytes, label: labelled.success ? labelled.output : undefined };
}

/** @throws FormatError where the file is no Parquet file, is damaged, or is packed in a way that cannot be read here. */
export async function openParquet({ name, blob }: NamedBlob): Promise<ParquetFile> {
  const file: AsyncBuffer = {
    byteLength: blob.size,
    slice: (start, end) => blob.slice(start, end).arrayBuffer(),
  };
  const refuse = (cause: unknown): never => {
    const codec = /compression codec: (\w+)/.exec(String(cause))?.[1];
    const reason = codec
      ? `The Parquet file is compressed with ${codec}; Snappy and none can be read. Write it again with compression="snappy".`
      : `The Parquet file cannot be read (${(cause as Error).message}). Download it again; if that does not help, write it again with the datasets library (to_parquet).`;
    throw new FormatError(name, reason, { cause });
  };
  const metadata = await parquetMetadataAsync(file).catch(refuse);
  const columns = findColumns(metadata, name);
  const { picture, label } = columns;
  const rowGroups = boundaries(metadata);
  const read = async (names: string[], group: { readonly from: number; readonly to: number }) => {
    const range = { rowStart: group.from, rowEnd: group.to };
    const rows = await parquetReadObjects({
      file,
      metadata,
      columns: names,
      ...range,
      utf8: false,
    }).catch(refuse);
    return rows.map((row) => readRow(row, columns));
  };
  const rowGroup = async (index: number) => {
    const group = rowGroups[index];
    return group ? read([picture, label], group) : [];
  };
  return {
    name,
    classnames: columns.classnames,
    labelColumn: label,
    rowCount: Number(metadata.num_rows),
    rowGroups,
    rowGroup,
    async labels() {
      const labels: ParquetRow['label'][] = [];
      for (const group of rowGroups) {
        for (const row of await read([label], group)) labels.push(row.label);
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
