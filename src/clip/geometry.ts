/** What a tower's tensors prove about its shape, and whether all of them are there. */
import type { Dtype, TensorSource } from '../checkpoint/types';
import { FormatError } from '../errors';
import {
  CHANNELS,
  type NamedShape,
  POSITION_EMBEDDING,
  TEXT_PROJECTION,
  TOKEN_EMBEDDING,
} from './tensor-names';
import type { TextConfig, VisionConfig } from './types';

export type VisionGeometry = Pick<
  VisionConfig,
  'hiddenSize' | 'layers' | 'intermediateSize' | 'patchSize' | 'imageSize'
>;
export type TextGeometry = Pick<
  TextConfig,
  'hiddenSize' | 'layers' | 'intermediateSize' | 'vocabSize' | 'maxPositions'
>;

export type Tensors = ReadonlyMap<string, TensorSource>;

/** The largest CLIP that was ever published has 56 layers; a foreign name must not make us list millions. */
const MAX_LAYERS = 256;
/** A message stays readable; the count says how many more there are. */
const MAX_LISTED = 20;
/** The remedy for a file that is not whole. */
export const GET_ANOTHER =
  'Download the file again, or export it anew from the model it came from.';
/** What can be decoded to float32 and therefore merged. */
const FLOATING_POINT: ReadonlySet<Dtype> = new Set<Dtype>(['F32', 'F16', 'BF16', 'F64']);

/** The tensors that fix a tower's geometry, and their ranks. */
const VISION_ANCHORS = {
  'embeddings.patch_embedding.weight': 4,
  'embeddings.position_embedding.weight': 2,
  'encoder.layers.0.mlp.fc1.weight': 2,
} as const;
const TEXT_ANCHORS = {
  [TOKEN_EMBEDDING]: 2,
  [POSITION_EMBEDDING]: 2,
  'text_model.encoder.layers.0.mlp.fc1.weight': 2,
  [TEXT_PROJECTION]: 2,
} as const;

/** @throws FormatError where the tensors that fix the geometry are missing or impossible */
export function visionGeometry(file: string, tensors: Tensors): VisionGeometry {
  const problems = anchorProblems(VISION_ANCHORS, tensors);
  if (problems.length > 0) {
    throw new FormatError(
      file,
      `its vision tower is not that of a CLIP:${listed(problems)}\n${GET_ANOTHER}`,
    );
  }
  const patch = shapeOf(tensors, 'embeddings.patch_embedding.weight');
  const [hiddenSize = 0, channels, patchSize = 0, patchWidth] = patch;
  const [positions = 0] = shapeOf(tensors, 'embeddings.position_embedding.weight');
  const [intermediateSize = 0] = shapeOf(tensors, 'encoder.layers.0.mlp.fc1.weight');
  const grid = Math.sqrt(positions - 1);
  if (channels !== CHANNELS || patchSize !== patchWidth || patchSize === 0) {
    throw new FormatError(
      file,
      `embeddings.patch_embedding.weight is [${patch.join(', ')}]; a CLIP has ${CHANNELS} channels and square patches.`,
    );
  }
  if (!Number.isInteger(grid) || grid < 1) {
    throw new FormatError(
      file,
      `embeddings.position_embedding.weight has ${positions} rows, which is not one more than a square number: only CLIPs of square pictures can be used.`,
    );
  }
  const layers = layerCount(tensors, 'encoder.layers.');
  return { hiddenSize, layers, intermediateSize, patchSize, imageSize: grid * patchSize };
}

/** The text tower's geometry, or what keeps it from having one; each a line for people. */
export function textGeometry(
  tensors: Tensors,
): { readonly geometry: TextGeometry; readonly projectionDim: number } | readonly string[] {
  const problems = anchorProblems(TEXT_ANCHORS, tensors);
  if (problems.length > 0) return problems;
  const [vocabSize = 0, hiddenSize = 0] = shapeOf(tensors, TOKEN_EMBEDDING);
  const [maxPositions = 0] = shapeOf(tensors, POSITION_EMBEDDING);
  const [intermediateSize = 0] = shapeOf(tensors, 'text_model.encoder.layers.0.mlp.fc1.weight');
  const [projectionDim = 0] = shapeOf(tensors, TEXT_PROJECTION);
  const layers = layerCount(tensors, 'text_model.encoder.layers.');
  return {
    geometry: { hiddenSize, layers, intermediateSize, vocabSize, maxPositions },
    projectionDim,
  };
}

/** What is wrong with a set of tensors against the expected one; each a line for people. */
export function tensorProblems(expected: readonly NamedShape[], tensors: Tensors): string[] {
  const shown = (shape: readonly number[]) => `[${shape.join(', ')}]`;
  const unusable = new Map<Dtype, string[]>();
  const problems = expected.flatMap(({ name, shape }) => {
    const tensor = tensors.get(name);
    if (tensor === undefined) return [`${name} ${shown(shape)} is missing`];
    if (!FLOATING_POINT.has(tensor.dtype)) {
      unusable.set(tensor.dtype, [...(unusable.get(tensor.dtype) ?? []), name]);
      return [];
    }
    if (tensor.shape.join() !== shape.join()) {
      return [`${name} is ${shown(tensor.shape)}, not ${shown(shape)}`];
    }
    return [];
  });
  const types = [...unusable].map(([dtype, [first, ...others]]) => {
    const more = others.length > 0 ? ` and ${others.length} more are` : ' is';
    return `${first}${more} ${dtype}; F32, F16, BF16 or F64 can be merged`;
  });
  return [...types, ...problems];
}

/** A bulleted list, cut where it gets unreadable. */
export function listed(lines: readonly string[]): string {
  const rest = lines.length - MAX_LISTED;
  const shown = lines.slice(0, MAX_LISTED).map((line) => `\n  - ${line}`);
  return shown.join('') + (rest > 0 ? `\n  - and ${rest} more` : '');
}

function layerCount(tensors: Tensors, prefix: string): number {
  let layers = 0;
  for (const name of tensors.keys()) {
    if (!name.startsWith(prefix)) continue;
    const index = Number.parseInt(name.slice(prefix.length), 10);
    if (index >= layers && index < MAX_LAYERS) layers = index + 1;
  }
  return layers;
}

function anchorProblems(anchors: Readonly<Record<string, number>>, tensors: Tensors): string[] {
  return Object.entries(anchors).flatMap(([name, rank]) => {
    const shape = tensors.get(name)?.shape;
    if (shape === undefined) return [`${name} is missing`];
    if (shape.length === rank) return [];
    return [`${name} is [${shape.join(', ')}], but a CLIP's has ${rank} dimensions`];
  });
}

function shapeOf(tensors: Tensors, name: string): readonly number[] {
  return tensors.get(name)?.shape ?? [];
}
