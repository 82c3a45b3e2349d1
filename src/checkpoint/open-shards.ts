import { FormatError } from '../errors';
import { identifyFile } from './identify-file';
import { openSafetensors } from './safetensors/open-safetensors';
import { findShards } from './shard-index';
import type { Checkpoint, NamedBlob, TensorSource } from './types';

/**
 * Opens a checkpoint that lies in several files: `model.safetensors.index.json` or `pytorch_model.bin.index.json` and
 * the shards it names, in any order. A tensor is taken from the shard that the index gives it, whatever else is there.
 *
 * @throws FormatError naming the index or the shard: missing, foreign, twice there, or without a tensor it should hold
 */
export async function openShards(
  index: NamedBlob,
  parts: readonly NamedBlob[],
): Promise<Checkpoint> {
  const { shardOf, files } = await findShards(index, parts);
  const shards = new Map<string, Checkpoint>();
  for (const [name, part] of files) shards.set(name, await openShard(part));

  const tensors = new Map<string, TensorSource>();
  for (const [name, shard] of shardOf) {
    const tensor = shards.get(shard)?.tensors.get(name);
    if (!tensor) {
      throw new FormatError(
        files.get(shard)?.name ?? shard,
        `it has no tensor ${JSON.stringify(name)}, which ${index.name} expects in it. This shard belongs to another model or another version: download all parts again.`,
      );
    }
    tensors.set(name, tensor);
  }
  const formats = new Set(Array.from(shards.values(), ({ format }) => format));
  const metadata = new Map(Array.from(shards.values(), (shard) => [...shard.metadata]).flat());
  const format = formats.has('pytorch') ? 'pytorch' : 'safetensors';
  return { file: index.name, format, tensors, metadata };
}

async function openShard(part: NamedBlob): Promise<Checkpoint> {
  const identity = await identifyFile(part);
  if (identity.kind === 'refused') throw new FormatError(part.name, identity.reason);
  if (identity.kind === 'shard-index') {
    throw new FormatError(part.name, 'it is an index of shards where a shard is expected.');
  }
  if (identity.kind === 'safetensors') return openSafetensors(part);
  return (await import('./pytorch/open-pytorch')).openPytorch(part);
}
