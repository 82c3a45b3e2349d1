/** Test support: checkpoints made by hand, of headers alone or with their bytes. */
import { elementCount } from '../checkpoint/data-length';
import { encodeSafetensors } from '../checkpoint/safetensors/encode-safetensors';
import type { Checkpoint, Dtype, NamedBlob, TensorSource } from '../checkpoint/types';
import { canonicalVisionNames, type NamedShape } from './tensor-names';
import type { VisionConfig } from './types';

/** A ViT-B/32's vision tower, of which only names and shapes matter. */
export const BASE_PATCH32: VisionConfig = {
  imageSize: 224,
  patchSize: 32,
  hiddenSize: 768,
  layers: 12,
  heads: 12,
  intermediateSize: 3072,
  activation: 'quick_gelu',
  layerNormEps: 1e-5,
};

const BYTES: Partial<Record<Dtype, number>> = { F32: 4, F16: 2, BF16: 2, F64: 8, I64: 8 };

/** A tensor without contents. */
export function header(name: string, shape: readonly number[], dtype: Dtype = 'F32'): TensorSource {
  return {
    name,
    dtype,
    shape,
    byteLength: elementCount(shape) * (BYTES[dtype] ?? 1),
    read: () => Promise.reject(new Error(`${name} has a header only`)),
  };
}

/** A float32 tensor of these values. */
export function tensor(
  name: string,
  shape: readonly number[],
  values: ArrayLike<number>,
): TensorSource {
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  return {
    name,
    dtype: 'F32',
    shape,
    byteLength: bytes.length,
    read: async () => bytes.slice(),
  };
}

export function checkpoint(tensors: Iterable<TensorSource>): Checkpoint {
  const named = [...tensors].map((source) => [source.name, source] as const);
  return {
    file: 'model.safetensors',
    format: 'safetensors',
    tensors: new Map(named),
    metadata: new Map(),
  };
}

/** Tensors as the file that they would be dropped as. */
export async function safetensorsFile(
  name: string,
  tensors: readonly TensorSource[],
): Promise<NamedBlob> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of encodeSafetensors(tensors).chunks()) chunks.push(chunk);
  return { name, blob: new Blob(chunks) };
}

/** Headers of everything that a vision tower has. */
export function visionHeaders(
  config: VisionConfig,
  prefix = 'vision_model.',
  dtype: Dtype = 'F32',
): TensorSource[] {
  return headers(canonicalVisionNames(config), prefix, dtype);
}

export function headers(
  names: readonly NamedShape[],
  prefix = '',
  dtype: Dtype = 'F32',
): TensorSource[] {
  return names.map(({ name, shape }) => header(prefix + name, shape, dtype));
}
