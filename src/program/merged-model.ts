/**
 * The merged model as files: what `save_pretrained` of the reference writes, tensor by tensor, with the recipe in the
 * file's own metadata.
 */
import { encodeFloat32, type OutputDtype, readFloat32 } from '../checkpoint/dtype';
import type { WritableTensor } from '../checkpoint/safetensors/encode-safetensors';
import type { TensorSource } from '../checkpoint/types';
import { VISUAL_PROJECTION } from '../clip/tensor-names';
import type { ClipModel } from '../clip/types';
import type { MergedValues } from '../method/merged-values';
import { mergedNames } from '../modelpool/judge';
import { RECIPE_KEY } from './recipe';
import type { Recipe } from './report';

export interface MergedModelOptions {
  /** The vision tower as FusionBench saves it, or the whole CLIP with the base's other tensors. */
  readonly content: 'vision' | 'clip';
  /** Element type of the merged tensors; `base` keeps each tensor's own (F64 becomes F32). */
  readonly dtype: 'base' | OutputDtype;
}

/** The tensors of the merged file: names with the base's prefix, merged ones computed when they are read. */
export function mergedTensors(
  pretrained: ClipModel,
  merged: MergedValues,
  { content, dtype }: MergedModelOptions,
): WritableTensor[] {
  const parameters = new Set(mergedNames(pretrained));
  const vision = [...pretrained.visionTensors].map(([name, tensor]): WritableTensor => {
    const key = `${content === 'clip' ? 'vision_model.' : pretrained.visionPrefix}${name}`;
    if (!parameters.has(name)) return copied(key, tensor);
    return encoded(key, tensor, outputDtype(tensor, dtype), () => merged(name));
  });
  if (content === 'vision') return vision;
  const rest: (readonly [string, TensorSource])[] = [...(pretrained.text?.tensors ?? [])];
  if (pretrained.visualProjection) rest.push([VISUAL_PROJECTION, pretrained.visualProjection]);
  return [
    ...vision,
    // By their canonical names: a file may have them behind a wrapper's.
    ...rest.map(([name, tensor]) => {
      const output = outputDtype(tensor, dtype);
      return output === tensor.dtype
        ? copied(name, tensor)
        : encoded(name, tensor, output, () => readFloat32(tensor));
    }),
  ];
}

function copied(name: string, tensor: TensorSource): WritableTensor {
  const { dtype, shape, byteLength } = tensor;
  return { name, dtype, shape, byteLength, read: () => tensor.read() };
}

function encoded(
  name: string,
  { shape }: TensorSource,
  dtype: OutputDtype,
  values: () => Promise<Float32Array<ArrayBuffer>>,
): WritableTensor {
  const elements = shape.reduce((product, side) => product * side, 1);
  const byteLength = elements * (dtype === 'F32' ? 4 : 2);
  return { name, dtype, shape, byteLength, read: async () => encodeFloat32(await values(), dtype) };
}

/** `format: pt`, which transformers asks for, and the recipe as JSON. */
export function mergedMetadata(recipe: Recipe): Map<string, string> {
  return new Map([
    ['format', 'pt'],
    [RECIPE_KEY, JSON.stringify(recipe)],
  ]);
}

/** The element type a tensor is written in: F64 has no use in a model, and becomes F32. */
export function outputDtype(
  tensor: TensorSource,
  wanted: MergedModelOptions['dtype'],
): OutputDtype {
  if (wanted !== 'base') return wanted;
  return tensor.dtype === 'F16' || tensor.dtype === 'BF16' ? tensor.dtype : 'F32';
}
