/** Saves a merged model as a folder that `CLIPVisionModel.from_pretrained` loads: `config.json` and `model.safetensors`. */
import { join } from 'node:path';
import { encodeSafetensors } from '../../checkpoint/safetensors/encode-safetensors';
import type { ClipModel } from '../../clip/types';
import type { MergedValues } from '../../method/merged-values';
import type { Dtype } from '../config/program/types';
import { configText, mergedConfig } from '../merged-config';
import {
  type MergedModelOptions,
  mergedMetadata,
  mergedTensors,
  outputDtype,
} from '../merged-model';
import type { Recipe } from '../report';
import { writeFileWhole } from './write-file-node';

/** What the folder of a saved model holds, weights first. */
export const MODEL_FILES = ['model.safetensors', 'config.json'] as const;

const DTYPES: Readonly<Record<string, MergedModelOptions['dtype']>> = {
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
};

/**
 * The element type of the file: what transformers loads the base as. That is what it is told, else what the base's
 * `config.json` says, else what the tensors are.
 */
export function saveDtype(
  loaded: Dtype | undefined,
  { configJson }: ClipModel,
): MergedModelOptions['dtype'] {
  const { dtype, torch_dtype: older } = configJson ?? {};
  const told = loaded === undefined || loaded === 'auto' ? (dtype ?? older) : loaded;
  return DTYPES[String(told)] ?? 'base';
}

export interface SaveOptions {
  readonly dtype: MergedModelOptions['dtype'];
  readonly signal: AbortSignal;
  /** Tensors written, tensors in all. */
  readonly onProgress: (done: number, total: number) => void;
}

/** @throws Error of the file system, and the signal's reason: then nothing of it is left */
export async function saveModel(
  folder: string,
  pretrained: ClipModel,
  values: MergedValues,
  recipe: Recipe,
  { dtype, signal, onProgress }: SaveOptions,
): Promise<void> {
  const tensors = mergedTensors(pretrained, values, { content: 'vision', dtype });
  const { chunks } = encodeSafetensors(tensors, mergedMetadata(recipe));
  const [first] = pretrained.visionTensors.values();
  const config = mergedConfig(pretrained, 'vision', first ? outputDtype(first, dtype) : 'F32');
  async function* counted() {
    // The first chunk is the header.
    let written = -1;
    for await (const chunk of chunks()) {
      yield chunk;
      written++;
      if (written > 0) onProgress(written, tensors.length);
    }
  }
  // The weights first: without them the folder is no model, and with them alone it is one already.
  const [weightsFile, configFile] = MODEL_FILES;
  await writeFileWhole(join(folder, weightsFile), counted(), signal);
  const text = new TextEncoder().encode(configText(config));
  await writeFileWhole(join(folder, configFile), [text]);
}
