/** The merged vision tower as one ONNX file, with the recipe and how pictures are prepared in its metadata. */

import { elementCount } from '../../checkpoint/data-length';
import { encodeFloat32, readFloat32 } from '../../checkpoint/dtype';
import type { TensorSource } from '../../checkpoint/types';
import { type VisionFile, type VisionWeight, visionFile } from '../../clip/onnx/vision-file';
import { VISUAL_PROJECTION } from '../../clip/tensor-names';
import type { ClipModel } from '../../clip/types';
import { CompatibilityError } from '../../errors';
import type { MergedValues } from '../../method/merged-values';
import { mergedNames } from '../../modelpool/judge';
import { type MergedModelOptions, outputDtype } from '../merged-model';
import { RECIPE_KEY } from '../recipe';
import type { Recipe } from '../report';

/** Protobuf's, which no reader of ONNX goes beyond. */
const MAX_BYTES = 2 ** 31 - 1;

/** @throws CompatibilityError where it would be larger than such a file can be */
export function onnxFile(
  pretrained: ClipModel,
  merged: MergedValues,
  recipe: Recipe,
  dtype: MergedModelOptions['dtype'],
): VisionFile {
  const { vision, visionTensors, visualProjection, processor } = pretrained;
  const parameters = new Set(mergedNames(pretrained));
  const weight = (
    name: string,
    tensor: TensorSource,
    values: () => Promise<Float32Array<ArrayBuffer>>,
  ): VisionWeight => {
    const type = outputDtype(tensor, dtype);
    const byteLength = elementCount(tensor.shape) * (type === 'F32' ? 4 : 2);
    return { name, dtype: type, byteLength, read: async () => encodeFloat32(await values(), type) };
  };
  const weights = [...visionTensors].flatMap(([name, tensor]) =>
    parameters.has(name) ? [weight(name, tensor, () => merged(name))] : [],
  );
  if (visualProjection) {
    weights.push(weight(VISUAL_PROJECTION, visualProjection, () => readFloat32(visualProjection)));
  }
  const file = visionFile(vision, visualProjection?.shape[0] ?? null, weights, {
    [RECIPE_KEY]: JSON.stringify(recipe),
    ...(processor && { preprocessing: JSON.stringify(processor) }),
  });
  if (file.byteLength > MAX_BYTES) {
    throw new CompatibilityError(
      `The vision tower would be an ONNX file of ${(file.byteLength / 1e9).toFixed(1)} GB, and one file holds 2.1 GB at most. Choose float16, or another format.`,
    );
  }
  return file;
}
