/** A vision tower of random weights with a random task vector, as the merge keeps them on the GPU. */
import { elementCount } from '../../../src/checkpoint/data-length';
import { canonicalVisionNames } from '../../../src/clip/tensor-names';
import type { Geometry } from '../../../src/engine/testing/random-clip';
import type { TaskVectorCombination } from '../../../src/method/types';
import type { TensorBackend, TensorBuffer } from '../../../src/runtime/types';

export interface RandomTower {
  readonly combination: TaskVectorCombination;
  readonly projection: TensorBuffer;
  /** Of all its buffers, working weights as large as theta_0 included. */
  readonly bytes: number;
  free(): void;
}

/** Elements of each merged tensor of a geometry. */
export function tensorLengths({ vision }: Geometry): number[] {
  return canonicalVisionNames(vision).map(({ shape }) => elementCount(shape));
}

export async function createRandomTower(
  backend: TensorBackend,
  { vision, projectionDim }: Geometry,
): Promise<RandomTower> {
  const noise = createNoise();
  const base = new Map<string, TensorBuffer>();
  const taskVector = new Map<string, TensorBuffer>();
  for (const { name, shape } of canonicalVisionNames(vision)) {
    const centre = /norm.*weight$/.test(name) ? 1 : 0;
    base.set(name, backend.upload(noise(elementCount(shape), 0.04, centre)));
    taskVector.set(name, backend.upload(noise(elementCount(shape), 0.001, 0)));
    await backend.settled();
  }
  const projection = backend.upload(noise(projectionDim * vision.hiddenSize, 0.04, 0));
  const free = () => {
    for (const buffers of [base, taskVector]) {
      for (const buffer of buffers.values()) backend.free(buffer);
      buffers.clear();
    }
  };
  const total = [...base.values()].reduce((sum, { length }) => sum + length, 0);
  return {
    combination: { kind: 'task vector', backend, base, taskVector, free },
    projection,
    bytes: 4 * (3 * total + projection.length),
    free() {
      free();
      backend.free(projection);
    },
  };
}

/** Numbers like those of pictures that have been prepared. */
export function randomPatches({ vision }: Geometry, batch: number): Float32Array<ArrayBuffer> {
  return createNoise()(batch * 3 * vision.imageSize ** 2, 2, 0);
}

/** Uniform noise from Numerical Recipes' linear congruential generator. */
function createNoise() {
  let state = 1;
  return (length: number, scale: number, centre: number): Float32Array<ArrayBuffer> => {
    const values = new Float32Array(length);
    for (let i = 0; i < length; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      values[i] = centre + scale * (state / 2 ** 31 - 1);
    }
    return values;
  };
}
