/** The records of the store: their shapes, and how what is read back is checked. */
import * as v from 'valibot';
import { isJson } from './json';
import type { ItemKind, Json, StoredItem } from './types';

/** Of every record here. One of a later schema belongs to a later version of the program: neither shown nor touched. */
export const SCHEMA = 1;

const Schema = v.literal(SCHEMA);
/** Records that were written without one before there was another are of the first. */
const SchemaOrFirst = v.optional(Schema, SCHEMA);
const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const JsonValue = v.custom<Json>(isJson);

/** An import that is under way, or that died. */
const JobRecord = v.object({
  schema: SchemaOrFirst,
  name: v.string(),
  /** Milliseconds since 1970 of its last write: its only sign of life where there are no Web Locks. */
  touchedAt: v.number(),
});
export type Job = Readonly<v.InferOutput<typeof JobRecord>>;

/** Its schema is also that of the table of files, which is written with it and never changed. */
const ManifestRecord = v.object({
  schema: Schema,
  name: v.string(),
  size: Count,
  partSize: v.pipe(Count, v.minValue(1)),
  fileCount: Count,
  importedAt: v.number(),
  facts: JsonValue,
});
export type Manifest = Readonly<v.InferOutput<typeof ManifestRecord>>;

const FileRecord = v.object({
  name: v.string(),
  type: v.string(),
  offset: Count,
  size: Count,
});
const FileTableRecord = v.array(FileRecord);

/** What the user of an item keeps with it, and its place among the items. */
const EntryRecord = v.object({ schema: Schema, importedAt: v.number(), entry: JsonValue });
export type Entry = Readonly<v.InferOutput<typeof EntryRecord>>;

/** Of something that is kept because it may be of use again. */
const UseRecord = v.object({
  schema: SchemaOrFirst,
  /** Bytes, by whoever asked for it to be kept. */
  size: v.pipe(v.number(), v.minValue(0)),
  /** Milliseconds since 1970. */
  usedAt: v.number(),
  /** Ids of the items besides its owner that it was computed from. */
  others: v.optional(v.array(v.string()), []),
  /** How far what is kept has come. */
  reach: v.optional(v.number(), 0),
});
export type Use = Readonly<v.InferOutput<typeof UseRecord>>;

const LaterRecord = v.object({ schema: v.pipe(v.number(), v.gtValue(SCHEMA)) });
const NamedRecord = v.object({ name: v.string() });

/** What a record turned out to be. */
export type Reading<T> =
  | { readonly is: 'good'; readonly record: T }
  | { readonly is: 'later' | 'damaged' };

function readerOf<T>(schema: v.GenericSchema<unknown, T>): (value: unknown) => Reading<T> {
  return (value) => {
    const result = v.safeParse(schema, value);
    if (result.success) return { is: 'good', record: result.output };
    return { is: v.is(LaterRecord, value) ? 'later' : 'damaged' };
  };
}

export const readJob = readerOf(JobRecord);
export const readManifest = readerOf(ManifestRecord);
export const readFileTable = readerOf(FileTableRecord);
export const readEntry = readerOf(EntryRecord);
export const readUse = readerOf(UseRecord);

/** How to call something whose record may be damaged. */
export function labelOf(id: string, value: unknown): string {
  return v.is(NamedRecord, value) ? value.name : id;
}

export function toStoredItem(id: string, kind: ItemKind, manifest: Manifest): StoredItem {
  const { name, size, fileCount, importedAt, facts } = manifest;
  return { id, kind, name, size, fileCount, importedAt, facts };
}
