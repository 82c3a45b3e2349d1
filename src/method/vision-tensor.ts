/** Reading a model's tensors, whole or in parts. */
import { readFloat32, readFloat32Into } from '../checkpoint/dtype';
import type { TensorSource } from '../checkpoint/types';
import type { ClipModel } from '../clip/types';
import { CompatibilityError } from '../errors';
import type { TensorBackend, TensorBuffer } from '../runtime/types';
import type { Part } from './types';

/** A model of which some tensors are on the backend already, by canonical name: they are used where they lie. */
export interface ResidentModel extends ClipModel {
  readonly resident: ReadonlyMap<string, TensorBuffer>;
}

/** Reads one tensor of a vision tower as float32, by canonical name. The array is the caller's. */
export async function readVisionTensor(
  model: ClipModel,
  name: string,
): Promise<Float32Array<ArrayBuffer>> {
  return readFloat32(visionTensor(model, name));
}

/** Overwrites a buffer on a backend with one tensor of a vision tower. */
export async function fillWithTensor(
  backend: TensorBackend,
  buffer: TensorBuffer,
  model: ClipModel,
  name: string,
): Promise<void> {
  const tensor = visionTensor(model, name);
  await backend.fill(buffer, (memory) => readFloat32Into(tensor, 0, memory));
}

/** Has a part of a model's tensor on the backend for as long as `use` reads it. */
export async function withPart<T>(
  backend: TensorBackend,
  model: ClipModel | ResidentModel,
  { name, begin, length }: Part,
  use: (values: TensorBuffer) => T | Promise<T>,
): Promise<T> {
  const resident = 'resident' in model ? model.resident.get(name) : undefined;
  if (resident) return use(backend.part(resident, begin, length));
  const tensor = visionTensor(model, name);
  const values = await backend.receive(length, (memory) => readFloat32Into(tensor, begin, memory));
  try {
    return await use(values);
  } finally {
    backend.free(values);
  }
}

/** A model's tensor by canonical name. Throws CompatibilityError where it has none. */
export function visionTensor(model: ClipModel, name: string): TensorSource {
  const tensor = model.visionTensors.get(name);
  if (!tensor) throw new CompatibilityError(`${model.name} has no tensor ${name}.`);
  return tensor;
}

/** A buffer of zeros for a moment's work, filled by `fill`, and freed where that fails. */
export async function filled(
  backend: TensorBackend,
  length: number,
  fill: (out: TensorBuffer) => void | Promise<void>,
): Promise<TensorBuffer> {
  const out = backend.borrow(length);
  try {
    await fill(out);
    return out;
  } catch (error) {
    backend.free(out);
    throw error;
  }
}
