/** What a file is, told without merging anything: its format, its tensors, and what it can be in a merge, or why it cannot. */
import { indexFormat } from '../checkpoint/file-roles';
import { identifyFile } from '../checkpoint/identify-file';
import { openCheckpoint } from '../checkpoint/open';
import { torchDtypeName } from '../checkpoint/pytorch/torch-dtypes';
import type { Checkpoint, NamedBlob } from '../checkpoint/types';
import { weightsSha256 } from '../checkpoint/weights-sha256';
import { describeClip } from '../clip/describe';
import { describeAdapter, isAdapter } from '../clip/lora/open-adapter';
import type { ClipModel, TextConfig, VisionConfig } from '../clip/types';
import { FormatError } from '../errors';
import { mergedNames } from '../modelpool/judge';

export type { NamedBlob };

export interface InspectedTensor {
  readonly name: string;
  /** In the file's own words: safetensors' `F32`, torch's `float32`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Of the data in C order, little-endian; only where hashing was asked for. */
  readonly sha256?: string;
}

/** What the tensors are to this program. */
export type ModelVerdict =
  | {
      readonly mergeable: true;
      readonly kind: ClipModel['architecture'];
      readonly vision: VisionConfig;
      readonly text?: TextConfig;
      /** Tensors that take part in a merge. */
      readonly mergedTensors: number;
      readonly assumptions: readonly string[];
      readonly remarks: readonly string[];
    }
  | {
      readonly mergeable: true;
      readonly kind: 'LoRA adapter';
      /** Name or path of the model that it needs, where the adapter says it. */
      readonly base?: string;
      readonly ranks: readonly number[];
      /** Modules of the vision tower with an update, and whole tensors that it brings. */
      readonly modules: readonly string[];
      readonly replaced: readonly string[];
      readonly leftOut: readonly string[];
    }
  | { readonly mergeable: false; readonly error: string };

export interface Inspection {
  /** As it was asked for. */
  readonly file: string;
  /** The verdict on the format alone: a well-formed file that is no CLIP is accepted. */
  readonly accepted: boolean;
  readonly format: Checkpoint['format'] | 'unknown';
  /** Of the weights, as recipes know them; only where hashing was asked for. */
  readonly sha256?: string;
  readonly error?: string;
  /** In the file's order. */
  readonly tensors?: readonly InspectedTensor[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly model?: ModelVerdict;
}

/** What lies at one place: the weights (a file, the shards of an index, a folder), and files beside them that describe them. */
export interface InspectedFiles {
  readonly weights: readonly NamedBlob[];
  readonly companions: readonly NamedBlob[];
}

/**
 * Inspects one model. Bad files are a verdict and no error.
 *
 * @param file how the user called it
 * @param sha256 hexadecimal hash of a tensor's bytes, one at a time; without it neither tensors nor the file are hashed
 */
export async function inspectModel(
  file: string,
  { weights, companions }: InspectedFiles,
  sha256?: (bytes: Uint8Array) => string,
): Promise<Inspection> {
  try {
    const checkpoint = await openCheckpoint(weights);
    const { format, metadata } = checkpoint;
    return {
      file,
      accepted: true,
      format,
      sha256: sha256 && (await weightsSha256(weights)),
      tensors: await inspectTensors(checkpoint, sha256),
      metadata: metadata.size > 0 ? Object.fromEntries(metadata) : undefined,
      model: await judgeModel(checkpoint, [...weights, ...companions]),
    };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { file, accepted: false, format: await formatOf(weights), error: error.message };
  }
}

async function inspectTensors(
  { format, tensors }: Checkpoint,
  sha256: ((bytes: Uint8Array) => string) | undefined,
): Promise<InspectedTensor[]> {
  const inspected: InspectedTensor[] = [];
  for (const [name, tensor] of tensors) {
    const dtype = format === 'pytorch' ? torchDtypeName(tensor.dtype) : tensor.dtype;
    const hash = sha256 && { sha256: sha256(await tensor.read()) };
    inspected.push({ name, dtype, shape: tensor.shape, ...hash });
  }
  return inspected;
}

async function judgeModel(
  checkpoint: Checkpoint,
  files: readonly NamedBlob[],
): Promise<ModelVerdict> {
  try {
    return isAdapter(checkpoint, files)
      ? await judgeAdapter(checkpoint, files)
      : judgeClip(await describeClip(checkpoint.file, checkpoint, files));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { mergeable: false, error: error.message };
  }
}

function judgeClip(model: ClipModel): ModelVerdict {
  const { architecture, vision, text, assumptions, remarks } = model;
  return {
    mergeable: true,
    kind: architecture,
    vision,
    text: text?.config,
    mergedTensors: mergedNames(model).length,
    assumptions,
    remarks,
  };
}

async function judgeAdapter(
  checkpoint: Checkpoint,
  files: readonly NamedBlob[],
): Promise<ModelVerdict> {
  const { config, updates, replacements, leftOut } = await describeAdapter(checkpoint, files);
  return {
    mergeable: true,
    kind: 'LoRA adapter',
    base: config.baseName,
    ranks: [...new Set(updates.map(({ rank }) => rank))].sort((a, b) => a - b),
    modules: updates.map(({ module }) => module),
    replaced: [...replacements.keys()],
    leftOut,
  };
}

/** The format that refused files set out to be. */
async function formatOf(weights: readonly NamedBlob[]): Promise<Inspection['format']> {
  for (const file of weights) {
    const { kind } = await identifyFile(file);
    if (kind === 'shard-index') return indexFormat(file.name) ?? 'safetensors';
    if (kind !== 'refused') return kind === 'safetensors' ? 'safetensors' : 'pytorch';
  }
  return 'unknown';
}
