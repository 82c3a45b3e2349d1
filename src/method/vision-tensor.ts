/** Reading one tensor at a time, which is how every method goes through a pool. */
import { readFloat32 } from '../checkpoint/dtype';
import type { ClipModel } from '../clip/types';
import { CompatibilityError } from '../errors';

/** Reads one tensor of a vision tower as float32, by canonical name. The array is the caller's. */
export async function readVisionTensor(
  model: ClipModel,
  name: string,
): Promise<Float32Array<ArrayBuffer>> {
  const tensor = model.visionTensors.get(name);
  if (!tensor) throw new CompatibilityError(`${model.name} has no tensor ${name}.`);
  return readFloat32(tensor);
}
