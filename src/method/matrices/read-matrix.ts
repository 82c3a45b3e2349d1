/** Whole matrices of task vectors. */
import type { ClipModel } from '../../clip/types';
import { CompatibilityError } from '../../errors';
import type { ModelPool } from '../../modelpool/types';
import type { Shape } from '../spectral/wide';
import { readVisionTensor } from '../vision-tensor';

/** The sides of a tensor of two dimensions; null of any other. */
export function matrixShape({ pretrained }: ModelPool, name: string): Shape | null {
  const shape = pretrained.visionTensors.get(name)?.shape ?? [];
  const [rows, columns] = shape;
  return shape.length === 2 && rows && columns ? { rows, columns } : null;
}

/**
 * Every expert's `weight * (theta_i - theta_0)` of one tensor, rounded after both, the weight left out where it is 1.
 *
 * @throws CompatibilityError where an element is no finite number: it would reach every element of the merged matrix
 */
export async function* matrixTaskVectors(
  { pretrained, experts }: ModelPool,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Float32Array<ArrayBuffer>, void, undefined> {
  const base = await readVisionTensor(pretrained, name);
  for (const { model, weight } of experts) {
    signal.throwIfAborted();
    const delta = await readVisionTensor(model, name);
    // Zero, unless one of them is not finite.
    let zeros = 0;
    for (let i = 0; i < delta.length; i++) {
      delta[i] = (delta[i] as number) - (base[i] as number);
      if (weight !== 1) delta[i] = weight * (delta[i] as number);
      zeros += 0 * (delta[i] as number);
    }
    if (zeros !== 0) {
      throw new CompatibilityError(
        `${model.name}: ${name} differs from the base by NaN or an infinite number, and this method works on the matrix as a whole. Exclude the model, or name the tensor in exclude_keys.`,
      );
    }
    yield delta;
  }
}

/**
 * A model's own weights.
 *
 * @throws CompatibilityError where an element is no finite number: it would reach every element of the merged matrix
 */
export async function readFiniteMatrix(
  model: ClipModel,
  name: string,
): Promise<Float32Array<ArrayBuffer>> {
  const values = await readVisionTensor(model, name);
  let zeros = 0;
  for (const value of values) zeros += 0 * value;
  if (zeros !== 0) {
    throw new CompatibilityError(
      `${model.name}: ${name} has NaN or an infinite number, and this method works on the matrix as a whole. Exclude the model, or choose a method that works on single weights.`,
    );
  }
  return values;
}
