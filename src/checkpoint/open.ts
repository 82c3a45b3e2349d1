import { FormatError } from '../errors';
import { chooseWeights } from './choose-weights';
import { openShards } from './open-shards';
import { openSafetensors } from './safetensors/open-safetensors';
import type { Checkpoint, NamedBlob, TensorSource } from './types';

/**
 * Opens a model's weights: a lone file, the shards of one model, or the weights in a model's folder (see `chooseWeights`).
 *
 * @throws FormatError where no file holds weights that can be read (saying what the files are instead), or where it is
 *   not clear which is meant
 */
export async function openCheckpoint(files: readonly NamedBlob[]): Promise<Checkpoint> {
  const { file, kind, parts } = await chooseWeights(files);
  switch (kind) {
    case 'safetensors':
      return partOf(await openSafetensors(file), file.part);
    case 'shard-index':
      return partOf(await openShards(file, parts), file.part);
    default:
      return (await import('./pytorch/open-pytorch')).openPytorch(file);
  }
}

/** The tensors whose names begin with `part`, without it. */
function partOf(checkpoint: Checkpoint, part: string | undefined): Checkpoint {
  if (part === undefined) return checkpoint;
  const prefix = `${part}.`;
  const tensors = new Map<string, TensorSource>();
  for (const [name, tensor] of checkpoint.tensors) {
    if (name.startsWith(prefix)) tensors.set(name.slice(prefix.length), tensor);
  }
  if (tensors.size > 0) return { ...checkpoint, tensors, part };
  throw new FormatError(
    checkpoint.file,
    `it has no tensor whose name begins with ${JSON.stringify(prefix)}, which was asked for behind the file.`,
  );
}
