/** "Download merged model": the merged tensors streamed to disk as a safetensors file, or a zip around it. */
import { encodeSafetensors } from '../checkpoint/safetensors/encode-safetensors';
import type { NamedBlob } from '../checkpoint/types';
import {
  type MergedValues,
  mergedFromCheckpoints,
  mergedFromCombination,
} from '../method/merged-values';
import { openModelPool } from '../modelpool/judge';
import { configText, mergedConfig } from '../program/merged-config';
import { mergedMetadata, mergedTensors, outputDtype } from '../program/merged-model';
import type { Recipe } from '../program/report';
import type { ExportOptions } from './api';
import type { ScoringInputs } from './scoring/inputs';
import type { Workspace } from './scoring/workspace';
import { type ZipEntry, zipStored } from './zip-stored';

export interface ModelExport {
  readonly name: string;
  /** Bytes of the whole file; undefined for a zip. */
  readonly size: number | undefined;
  chunks(): AsyncIterable<Uint8Array>;
}

/** Companions of a whole CLIP that are copied from the base's folder into the zip. */
const COMPANIONS =
  /^(preprocessor_config|processor_config|tokenizer|tokenizer_config|special_tokens_map|vocab)\.json$|^merges\.txt$/;

/** Plans the export; nothing is computed before its chunks are asked for. Throws CompatibilityError on a pool that does not fit. */
export function planExport(
  workspace: Workspace | null,
  inputs: ScoringInputs,
  scalingFactor: number,
  recipe: Recipe,
  baseFiles: readonly NamedBlob[],
  options: ExportOptions,
): ModelExport {
  const { pretrained } = inputs;
  const values = mergedValues(workspace, inputs, scalingFactor);
  const tensors = mergedTensors(pretrained, values, options);
  const encoded = encodeSafetensors(tensors, mergedMetadata(recipe));
  const model = { name: 'model.safetensors', size: encoded.byteLength, chunks: encoded.chunks };
  if (!options.zip) return model;
  const [first] = pretrained.visionTensors.values();
  const dtype = first ? outputDtype(first, options.dtype) : 'F32';
  const config = configText(mergedConfig(pretrained, options.content, dtype));
  const entries: ZipEntry[] = [
    { name: 'config.json', chunks: () => once(new TextEncoder().encode(config)) },
    model,
  ];
  if (options.content === 'clip') {
    for (const { name, blob } of baseFiles) {
      if (COMPANIONS.test(name))
        entries.push({ name, chunks: () => blob.stream() as AsyncIterable<Uint8Array> });
    }
  }
  return { name: 'merged-model.zip', size: undefined, chunks: () => zipStored(entries) };
}

/** Resident values where the engine is exact and still holds this pool, tensor by tensor; else from the checkpoints. */
function mergedValues(
  workspace: Workspace | null,
  inputs: ScoringInputs,
  scalingFactor: number,
): MergedValues {
  const pool = openModelPool(inputs.pretrained, inputs.experts);
  const fromCheckpoints = mergedFromCheckpoints(pool, inputs.method, scalingFactor);
  if (!workspace?.runtime.exactness.exact) return fromCheckpoints;
  return (name) =>
    workspace.exclusive(async () => {
      const residence = workspace.residence(inputs.poolKey);
      return residence
        ? mergedFromCombination(residence.combination, scalingFactor)(name)
        : fromCheckpoints(name);
    });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
