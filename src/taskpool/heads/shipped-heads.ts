/**
 * Heads that come with a model's files, so that nobody waits for them to be computed: each under the digest of its key, in
 * which the tower is the SHA-256 of those very files. Of other files, classes, prompts or versions there is none.
 */
import * as v from 'valibot';
import { hashBlob } from '../../checkpoint/hash-blob';
import type { NamedBlob } from '../../checkpoint/types';
import { byCodePoint } from '../../code-points';
import type { ZeroShotHead } from '../head';
import { decodeHead, encodeHead } from './head-file';
import type { HeadKey } from './head-key';

/** The heads of a file, by their digests: each what `encodeHead` gives, in base64. */
const ShippedSchema = v.object({ heads: v.record(v.string(), v.string()) });

/** A model's files as the name of its tower: their names and contents, in whatever order they come. */
export async function contentName(files: readonly NamedBlob[]): Promise<string> {
  const sums: string[] = [];
  for (const { name, blob } of files.toSorted((a, b) => byCodePoint(a.name, b.name))) {
    sums.push(`${await hashBlob(blob)}  ${name}\n`);
  }
  return hashBlob(new Blob(sums));
}

/** @param heads - by the digest of their key, the tower being `contentName`'s */
export async function writeShippedHeads(heads: ReadonlyMap<string, ZeroShotHead>): Promise<string> {
  const written: Record<string, string> = {};
  for (const [digest, head] of heads) {
    const bytes = await encodeHead(digest, head);
    written[digest] = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  }
  return `${JSON.stringify({ heads: written }, null, 1)}\n`;
}

/**
 * The head of this key; null where the file has none of it, or is damaged.
 * @param content - `contentName` of the model's files
 */
export async function findShippedHead(
  shipped: Blob,
  content: string,
  key: HeadKey,
): Promise<ZeroShotHead | null> {
  try {
    const { heads } = v.parse(ShippedSchema, JSON.parse(await shipped.text()));
    const digest = await key.under(content);
    const written = heads[digest];
    if (written === undefined) return null;
    const bytes = Uint8Array.from(atob(written), (character) => character.charCodeAt(0));
    return await decodeHead(digest, bytes);
  } catch {
    // A convenience: what is wrong with it is no matter of the model's.
    return null;
  }
}
