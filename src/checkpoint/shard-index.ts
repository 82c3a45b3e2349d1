/** Which shard holds which tensor, as `model.safetensors.index.json` says, and which files those shards are. */
import { FormatError } from '../errors';
import { baseName } from './file-roles';
import { MAX_INDEX_BYTES } from './identify-file';
import { isTooDeep } from './json-depth';
import { readBytes } from './read-bytes';
import type { NamedBlob } from './types';

/** Bounds of the Hugging Face hub's reader; the largest published model has 91,991 tensors in 163 shards. */
const MAX_TENSORS = 200_000;
const MAX_SHARDS = 10_000;
/** Names that a message lists before it only counts. */
const LISTED = 5;

export interface FoundShards {
  /** Tensor name to shard name. */
  readonly shardOf: ReadonlyMap<string, string>;
  /** Every shard by its name, in the order in which the index first names them. */
  readonly files: ReadonlyMap<string, NamedBlob>;
}

/** @throws FormatError naming the index or the shard: unreadable, missing, foreign, or twice there */
export async function findShards(
  index: NamedBlob,
  parts: readonly NamedBlob[],
): Promise<FoundShards> {
  const shardOf = await readIndex(index);
  return { shardOf, files: matchParts(index, new Set(shardOf.values()), parts) };
}

/** The index's `weight_map`: tensor name to shard file name. */
async function readIndex(index: NamedBlob): Promise<ReadonlyMap<string, string>> {
  const fail = (reason: string): never => {
    throw new FormatError(index.name, `${reason} Download the index again.`);
  };
  if (index.blob.size > MAX_INDEX_BYTES) {
    return fail(`it has ${index.blob.size} bytes; an index may have ${MAX_INDEX_BYTES}.`);
  }
  const json = parse(await readBytes(index, 0, index.blob.size));
  const weightMap = isRecord(json) ? json.weight_map : undefined;
  if (!isRecord(weightMap)) return fail('it is not an index of shards: it has no "weight_map".');
  const entries = Object.entries(weightMap);
  if (entries.length === 0) return fail('its "weight_map" is empty.');
  if (entries.length > MAX_TENSORS)
    return fail(`its "weight_map" has more than ${MAX_TENSORS} tensors.`);
  const shardOf = new Map<string, string>();
  for (const [tensor, shard] of entries) {
    if (typeof shard !== 'string' || !isFileName(shard)) {
      return fail(
        `its "weight_map" gives the tensor ${JSON.stringify(tensor)} no plain file name, but ${JSON.stringify(shard)}.`,
      );
    }
    shardOf.set(tensor, shard);
  }
  if (new Set(shardOf.values()).size > MAX_SHARDS)
    return fail(`it names more than ${MAX_SHARDS} shards.`);
  return shardOf;
}

function parse(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return isTooDeep(text) ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An index that names a path or an address reaches for files that nobody gave it. */
function isFileName(name: string): boolean {
  return name !== '' && !/\.\.|[/\\]|:/.test(name);
}

function matchParts(
  index: NamedBlob,
  needed: ReadonlySet<string>,
  parts: readonly NamedBlob[],
): ReadonlyMap<string, NamedBlob> {
  const files = new Map<string, NamedBlob>();
  for (const part of parts) {
    const name = baseName(part.name);
    if (!needed.has(name)) {
      throw new FormatError(
        part.name,
        `${index.name} names no such shard. Remove it, or add it with its own index.`,
      );
    }
    if (files.has(name)) {
      throw new FormatError(
        part.name,
        `the shard is there twice. Keep the one that belongs to ${index.name}.`,
      );
    }
    files.set(name, part);
  }
  const ordered = new Map<string, NamedBlob>();
  const missing: string[] = [];
  for (const name of needed) {
    const file = files.get(name);
    if (file) ordered.set(name, file);
    else missing.push(name);
  }
  if (missing.length > 0) {
    const more = missing.length > LISTED ? ` and ${missing.length - LISTED} more` : '';
    throw new FormatError(
      index.name,
      `${missing.length} of its ${needed.size} shards ${missing.length === 1 ? 'is' : 'are'} missing: ${missing.sort().slice(0, LISTED).join(', ')}${more}. Add the index and all of its shards together.`,
    );
  }
  return ordered;
}
