import { chooseWeights } from './choose-weights';
import { openShards } from './open-shards';
import { openPytorch } from './pytorch/open-pytorch';
import { openSafetensors } from './safetensors/open-safetensors';
import type { Checkpoint, NamedBlob } from './types';

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
      return openSafetensors(file);
    case 'shard-index':
      return openShards(file, parts);
    default:
      return openPytorch(file);
  }
}
