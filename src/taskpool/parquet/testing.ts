/** Test support: Parquet files that say whatever a test wants. */
import { joinBytes } from '../../checkpoint/join-bytes';
export type Field = number | boolean | string | Uint8Array | readonly Field[] | Struct;
/** Values by the numbers of their fields. */
export interface Struct {
  readonly [field: number]: Field | undefined;
}

const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

/** ULEB128. */
export function varint(value: number): number[] {
  const low = value % 128;
  return value < 128 ? [low] : [low + 128, ...varint((value - low) / 128)];
}
const zigzag = (value: number) => varint(value < 0 ? -2 * value - 1 : 2 * value);

function typeOf(field: Field): number {
  if (typeof field === 'boolean') return field ? 1 : 2;
  if (typeof field === 'number') return I64;
  if (typeof field === 'string' || field instanceof Uint8Array) return BINARY;
  return Array.isArray(field) ? LIST : STRUCT;
}

function encoded(field: Field): number[] {
  if (typeof field === 'boolean') return [];
  if (typeof field === 'number') return zigzag(field);
  if (typeof field === 'string') return encoded(new TextEncoder().encode(field));
  if (field instanceof Uint8Array) return [...varint(field.length), ...field];
  if (isList(field)) {
    const type = typeOf(field[0] ?? {});
    return [0xf0 | type, ...varint(field.length), ...field.flatMap(encoded)];
  }
  return [...thrift(field)];
}

const isList = (field: Field): field is readonly Field[] => Array.isArray(field);

/** Thrift's compact protocol. */
export function thrift(struct: Struct): number[] {
  const bytes: number[] = [];
  for (const [number, field] of Object.entries(struct)) {
    if (field === undefined) continue;
    bytes.push(typeOf(field), ...zigzag(Number(number)), ...encoded(field));
  }
  return [...bytes, 0];
}

export const INT32 = 1;
export const INT64 = 2;
export const BYTE_ARRAY = 6;
export const PLAIN = 0;
export const RLE_DICTIONARY = 8;

interface Page {
  readonly header: Struct;
  readonly body: readonly number[];
}

/** A page of version 1. */
export function dataPage(
  values: number,
  body: readonly number[],
  { encoding = PLAIN, size = body.length }: { encoding?: number; size?: number } = {},
): Page {
  return { header: { 1: 0, 2: size, 3: body.length, 5: { 1: values, 2: encoding } }, body };
}

export function dictionaryPage(values: number, body: readonly number[]): Page {
  return { header: { 1: 2, 2: body.length, 3: body.length, 7: { 1: values, 2: PLAIN } }, body };
}

export interface Column {
  readonly type: number;
  readonly isOptional?: boolean;
  readonly codec?: number;
  readonly pages: readonly Page[];
  /** What the footer says in place of the truth. */
  readonly claimed?: { readonly size?: number; readonly values?: number; readonly begin?: number };
}

/** Bytes of `count` pictures of no bytes. */
export const noPictures = (count: number): Column => ({
  type: BYTE_ARRAY,
  pages: [dataPage(count, new Array<number>(4 * count).fill(0))],
});

/** One row group of these columns. */
export function parquet(
  rows: number,
  columns: Readonly<Record<string, Column>>,
  footerOf: (footer: Struct) => Struct = (footer) => footer,
): Uint8Array<ArrayBuffer> {
  const bytes = [...new TextEncoder().encode('PAR1')];
  const chunks = Object.entries(columns).map(([name, column]) => {
    const { type, codec = 0, pages, claimed = {} } = column;
    const begin = bytes.length;
    for (const { header, body } of pages)
      for (const byte of [...thrift(header), ...body]) bytes.push(byte);
    const { values = rows, size = bytes.length - begin } = claimed;
    const fields = { 1: type, 3: [name], 4: codec, 5: values, 7: size, 9: claimed.begin ?? begin };
    return { 2: begin, 3: fields };
  });
  const schema = Object.entries(columns).map(([name, { type, isOptional }]) => ({
    1: type,
    3: isOptional ? 1 : 0,
    4: name,
  }));
  const footer = thrift(
    footerOf({
      1: 1,
      2: [{ 4: 'schema', 5: schema.length }, ...schema],
      3: rows,
      4: [{ 1: chunks, 2: bytes.length, 3: rows }],
    }),
  );
  return withFooter(bytes, footer);
}

/** Bytes, a footer, its length, and the end. */
export function withFooter(
  bytes: readonly number[],
  footer: readonly number[],
): Uint8Array<ArrayBuffer> {
  const end = new Uint8Array([0, 0, 0, 0, ...new TextEncoder().encode('PAR1')]);
  new DataView(end.buffer).setUint32(0, footer.length, true);
  return Uint8Array.from([...bytes, ...footer, ...end]);
}

export interface PictureRow {
  readonly picture: Uint8Array;
  readonly label: number;
}

/** Pictures and labels in row groups of so many rows, and a note in the footer. */
export function pictureParquet(
  rows: readonly PictureRow[],
  rowsPerGroup: number,
  note = '',
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [new TextEncoder().encode('PAR1')];
  let at = 4;
  const chunk = (name: string, type: number, values: number, body: Uint8Array) => {
    const { header } = dataPage(values, [], { size: body.length });
    const page = Uint8Array.from(thrift({ ...header, 3: body.length }));
    const begin = at;
    parts.push(page, body);
    at += page.length + body.length;
    return { 2: begin, 3: { 1: type, 3: [name], 4: 0, 5: values, 7: at - begin, 9: begin } };
  };
  const groups: Struct[] = [];
  for (let from = 0; from < rows.length; from += rowsPerGroup) {
    const group = rows.slice(from, from + rowsPerGroup);
    const pictures = group.flatMap(({ picture }) => [int(picture.length, 4), picture]);
    const labels = group.map(({ label }) => int(label, 8));
    const begin = at;
    const chunks = [
      chunk('image', BYTE_ARRAY, group.length, joinBytes(pictures)),
      chunk('label', INT64, group.length, joinBytes(labels)),
    ];
    groups.push({ 1: chunks, 2: at - begin, 3: group.length });
  }
  const schema = [
    { 4: 'schema', 5: 2 },
    { 1: BYTE_ARRAY, 3: 0, 4: 'image' },
    { 1: INT64, 3: 0, 4: 'label' },
  ];
  const footer = Uint8Array.from(
    thrift({ 1: 1, 2: schema, 3: rows.length, 4: groups, 5: [{ 1: 'note', 2: note }] }),
  );
  const end = [int(footer.length, 4), new TextEncoder().encode('PAR1')];
  return joinBytes([...parts, footer, ...end]);
}

/** Little-endian. */
function int(value: number, bytes: 4 | 8): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  view.setUint32(0, value, true);
  return new Uint8Array(view.buffer);
}
