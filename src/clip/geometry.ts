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
/** What can be decoded to float32 and therefore merged. */
const FLOATING_POINT: ReadonlySet<Dtype> = new Set<Dtype>(['F32', 'F16', 'BF16', 'F64']);

/** @throws FormatError where the tensors that fix the geometry are missing or impossible */
export function visionGeometry(file: string, tensors: Tensors): VisionGeometry {
  const layers = layerCount(tensors, 'encoder.layers.');
  const patch = shapeOf(file, tensors, 'embeddings.patch_embedding.weight', 4);
  const positions = shapeOf(file, tensors, 'embeddings.position_embedding.weight', 2);
  const inner = shapeOf(file, tensors, 'encoder.layers.0.mlp.fc1.weight', 2);
  const [hiddenSize, channels, patchSize, patchWidth] = patch as [number, number, number, number];
  const grid = Math.sqrt((positions[0] ?? 0) - 1);
  if (channels !== CHANNELS || patchSize !== patchWidth || patchSize === 0) {
    throw new FormatError(
      file,
      `embeddings.patch_embedding.weight is [${patch.join(', ')}]; a CLIP has ${CHANNELS} channels and square patches.`,
    );
  }
  if (!Number.isInteger(grid) || grid < 1) {
    throw new FormatError(
      file,
      `embeddings.position_embedding.weight has ${positions[0]} rows, which is not one more than a square number: only CLIPs of square pictures can be used.`,
    );
  }
  return {
    hiddenSize,
    layers,
    intermediateSize: inner[0] ?? 0,
    patchSize,
    imageSize: grid * patchSize,
  };
}

/** @throws FormatError where the tensors that fix the geometry are missing */
export function textGeometry(
  file: string,
  tensors: Tensors,
): { readonly geometry: TextGeometry; readonly projectionDim: number } {
  const [vocabSize, hiddenSize] = shapeOf(file, tensors, TOKEN_EMBEDDING, 2) as [number, number];
  const [maxPositions] = shapeOf(file, tensors, POSITION_EMBEDDING, 2) as [number, number];
  const inner = shapeOf(file, tensors, 'text_model.encoder.layers.0.mlp.fc1.weight', 2);
  const [projectionDim] = shapeOf(file, tensors, TEXT_PROJECTION, 2) as [number, number];
  const layers = layerCount(tensors, 'text_model.encoder.layers.');
  const geometry = { hiddenSize, layers, intermediateSize: inner[0] ?? 0, vocabSize, maxPositions };
  return { geometry, projectionDim };
}

/** What is wrong with a set of tensors against the expected one; each a line for people. */
export function tensorProblems(expected: readonly NamedShape[], tensors: Tensors): string[] {
  const shown = (shape: readonly number[]) => `[${shape.join(', ')}]`;
  return expected.flatMap(({ name, shape }) => {
    const tensor = tensors.get(name);
    if (tensor === undefined) return [`${name} ${shown(shape)} is missing`];
    if (!FLOATING_POINT.has(tensor.dtype)) {
      return [`${name} is ${tensor.dtype}; F32, F16, BF16 or F64 can be merged`];
    }
    if (tensor.shape.join() !== shape.join()) {
      return [`${name} is ${shown(tensor.shape)}, not ${shown(shape)}`];
    }
    return [];
  });
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

function shapeOf(file: string, tensors: Tensors, name: string, rank: number): readonly number[] {
  const shape = tensors.get(name)?.shape;
  if (shape?.length === rank) return shape;
  throw new FormatError(
    file,
    shape === undefined
      ? `its ${name} is missing, so this is not a whole CLIP tower. Download the file again, or use another one.`
      : `${name} is [${shape.join(', ')}], but a CLIP's has ${rank} dimensions.`,
  );
}
