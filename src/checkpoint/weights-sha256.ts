/** The SHA-256 by which a model's weights are known: in recipes, on the page and at the command line. */
import { byCodePoint } from '../code-points';
import { joined } from './byte-source';
import { chooseWeights } from './choose-weights';
import { type HashOptions, hashBlob } from './hash-blob';
import { findShards } from './shard-index';
import type { NamedBlob } from './types';

/**
 * SHA-256 of the file that `openCheckpoint` would read, as `sha256sum` gives it, or of the shards one after the other in
 * the order of their names, as `cat model-*.safetensors | sha256sum` does. No configuration, tokenizer or index has a part in it.
 *
 * @param files - a model's or an adapter's, with whatever lies beside its weights
 * @throws FormatError as `openCheckpoint`, and what `hashBlob` throws
 */
export async function weightsSha256(
  files: readonly NamedBlob[],
  options?: HashOptions,
): Promise<string> {
  const weights = await weightFiles(files);
  return hashBlob(joined(weights.map(({ blob }) => blob)), options);
}

/**
 * The files that hold a model's weights, in the order in which they are hashed.
 * @throws FormatError as `openCheckpoint`
 */
export async function weightFiles(files: readonly NamedBlob[]): Promise<readonly NamedBlob[]> {
  const { file, kind, parts } = await chooseWeights(files);
  if (kind !== 'shard-index') return [file];
  const shards = [...(await findShards(file, parts)).files.values()];
  return shards.sort((a, b) => byCodePoint(a.name, b.name));
}
