/** A LoRA adapter and the model it was trained on become an expert whose tensors are folded when they are read. */
import { elementCount } from '../../checkpoint/data-length';
import { ADAPTER_CONFIG, roleOf } from '../../checkpoint/file-roles';
import type { Checkpoint, NamedBlob, TensorSource } from '../../checkpoint/types';
import { FormatError } from '../../errors';
import { findFile, readJson } from '../files';
import { listed } from '../geometry';
import { NeedsBaseError } from '../needs-base-error';
import type { ClipModel } from '../types';
import { readAdapterConfig } from './adapter-config';
import { withBiasUpdate, withLowRankUpdate } from './fold';
import { type Adapter, type ModuleUpdate, readAdapter } from './read-adapter';

const PEFT_NAME = /^base_model\.model\.|(^|\.)lora_(A|B|embedding_A|embedding_B)(\.|$)/;
/** A model's own: where it stands among the tensors, the file is a model and no adapter. */
const PATCH_EMBEDDING = /^(?!base_model\.).*\b(patch_embedding|conv1)\.weight$/;
const MAX_NAMED = 3;

/** Whether these weights are what PEFT saves of an adapter, of whatever kind, and not a model. */
export function isAdapter({ file, tensors }: Checkpoint, files: readonly NamedBlob[]): boolean {
  const names = [...tensors.keys()];
  if (names.some((name) => PATCH_EMBEDDING.test(name))) return false;
  const isCalledSo = roleOf(file) === 'adapter weights';
  return (
    names.some((name) => PEFT_NAME.test(name)) ||
    (isCalledSo && findFile(files, ADAPTER_CONFIG) !== undefined)
  );
}

/**
 * Reads an adapter without the model it changes.
 * @throws FormatError where it is another kind than LoRA, is incomplete, or changes nothing in the vision tower
 */
export async function describeAdapter(
  checkpoint: Checkpoint,
  files: readonly NamedBlob[],
): Promise<Adapter> {
  const config = findFile(files, ADAPTER_CONFIG);
  if (config === undefined) {
    throw new FormatError(
      checkpoint.file,
      `this is an adapter, and the ${ADAPTER_CONFIG} that says its kind and its scale is missing. Add both files, or their folder.`,
    );
  }
  return readAdapter(checkpoint, readAdapterConfig(config.name, await readJson(config)));
}

/**
 * Folds an adapter into `base` as PEFT's `merge_and_unload` does in fp32: an expert with the base's configuration, whose
 * changed tensors are F32 and all others the base's own.
 * @throws FormatError as `describeAdapter`
 * @throws NeedsBaseError where there is no base, or one that the adapter was not trained on
 */
export async function openAdapter(
  name: string,
  checkpoint: Checkpoint,
  files: readonly NamedBlob[],
  base?: ClipModel,
): Promise<ClipModel> {
  const adapter = await describeAdapter(checkpoint, files);
  const trainedOn = adapter.config.baseName;
  if (base === undefined) {
    throw new NeedsBaseError(
      checkpoint.file,
      `this is a LoRA adapter: it changes a model that is not here. Add that model${trainedOn ? ` (${trainedOn})` : ''} as the base first; the adapter then becomes an expert.`,
    );
  }
  const visionTensors = new Map(base.visionTensors);
  const problems: string[] = [];
  for (const [tensor, source] of adapter.replacements) {
    const replaced = visionTensors.get(tensor);
    if (replaced?.shape.join() === source.shape.join()) visionTensors.set(tensor, source);
    else problems.push(misfit(tensor, [source.shape], replaced));
  }
  for (const update of adapter.updates) problems.push(...fold(update, visionTensors));
  if (problems.length > 0) {
    throw new NeedsBaseError(
      checkpoint.file,
      `this LoRA adapter was not trained on the base:${listed(problems)}\nChoose the model it was trained on${trainedOn ? ` (${trainedOn})` : ''} as the base.`,
    );
  }
  const { vision, visionPrefix, processor } = base;
  return {
    name,
    checkpoint,
    architecture: 'CLIPVisionModel',
    vision,
    visionTensors,
    visionPrefix,
    processor,
    assumptions: [],
    remarks: remarksOf(adapter),
  };
}

/** Puts an update into the tensors; what keeps it from fitting comes back. */
function fold(update: ModuleUpdate, tensors: Map<string, TensorSource>): string[] {
  const { module, a, b, bias, magnitude, scale, isEmbedding, times } = update;
  const weight = tensors.get(`${module}.weight`);
  if (weight === undefined || !fits(update, weight)) {
    return [misfit(`${module}.weight`, [b.shape, a.shape], weight)];
  }
  const change = { a, b, magnitude, scale, transposed: isEmbedding };
  const once = withLowRankUpdate(weight, change);
  tensors.set(`${module}.weight`, times === 1 ? once : withLowRankUpdate(once, change));
  if (bias === undefined) return [];
  const ownBias = tensors.get(`${module}.bias`);
  if (ownBias?.shape.join() !== bias.shape.join()) {
    return [misfit(`${module}.bias`, [bias.shape], ownBias)];
  }
  tensors.set(`${module}.bias`, withBiasUpdate(ownBias, bias, scale));
  return [];
}

function fits({ a, b, magnitude, isEmbedding }: ModuleUpdate, weight: TensorSource): boolean {
  const [rows = 0, ...inner] = weight.shape;
  const columns = isEmbedding ? [rows] : inner;
  const [outputs, , ...ones] = b.shape;
  return (
    a.shape.slice(1).join() === columns.join() &&
    outputs === (isEmbedding ? inner[0] : rows) &&
    ones.every((side) => side === 1) &&
    (magnitude === undefined || elementCount(magnitude.shape) === rows)
  );
}

function misfit(
  name: string,
  update: readonly (readonly number[])[],
  own: TensorSource | undefined,
): string {
  const shapes = update.map((shape) => `[${shape.join(', ')}]`).join(' by ');
  return own
    ? `${name} is [${own.shape.join(', ')}], and the adapter has ${shapes}`
    : `${name} is not there, and the adapter has ${shapes}`;
}

function remarksOf({ config, updates, replacements, leftOut }: Adapter): string[] {
  const ranks = [...new Set(updates.map(({ rank }) => rank))].sort((a, b) => a - b);
  const kind = [config.rankStabilised && 'rank-stabilised', config.dora && 'DoRA'].filter(Boolean);
  const changed = [
    updates.length > 0 && `${count(updates.length, 'module')} (rank ${ranks.join(', ')})`,
    replacements.size > 0 && count(replacements.size, 'whole tensor'),
  ].filter(Boolean);
  const remarks = [
    `A LoRA adapter${kind.length > 0 ? ` (${kind.join(', ')})` : ''}, folded into the base as PEFT does: it changes ${changed.join(' and ')}.`,
  ];
  if (leftOut.length > 0) {
    const rest = leftOut.length - MAX_NAMED;
    remarks.push(
      `Left out, as it is not for the vision tower: ${leftOut.slice(0, MAX_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}.`,
    );
  }
  return remarks;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
