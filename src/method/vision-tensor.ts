/** Reading one tensor at a time, which is how every method goes through a pool. */
import { readFloat32 } from '../checkpoint/dtype';
import type { ClipModel } from '../clip/types';
import { CompatibilityError } from '../errors';
import type { TensorBackend, TensorBuffer } from '../runtime/types';

/** Reads one tensor of a vision tower as float32, by canonical name. The array is the caller's. */
export async function readVisionTensor(
  model: ClipModel,
  name: string,
): Promise<Float32Array<ArrayBuffer>> {
  const tensor = model.visionTensors.get(name);
  if (!tensor) throw new CompatibilityError(`${model.name} has no tensor ${name}.`);
  return readFloat32(tensor);
}

/** Has one tensor of a model on the backend for as long as `use` works with it. */
export async function withTensor<T>(
  backend: TensorBackend,
  model: ClipModel,
  name: string,
  use: (tensor: TensorBuffer) => T | Promise<T>,
): Promise<T> {
  const tensor = backend.upload(await readVisionTensor(model, name));
  try {
    return await use(tensor);
  } finally {
    backend.free(tensor);
  }
}

/** A new buffer of zeros, filled by `fill`, and freed where that fails. */
export async function filled(
  backend: TensorBackend,
  length: number,
  fill: (out: TensorBuffer) => void | Promise<void>,
): Promise<TensorBuffer> {
  const out = backend.allocate(length);
  try {
    await fill(out);
    return out;
  } catch (error) {
    backend.free(out);
    throw error;
  }
}
