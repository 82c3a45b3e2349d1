/**
 * Trust, but compare: before an engine that is new to a machine scores anything, one layer of a tower of the same width, heads and
 * length is run there and on an engine that is trusted. Wrong kernels have been seen on software adapters, silently.
 */
import type { OrtEngine, TensorBackend } from '../runtime/types';
import { canonicalVisionNames } from './tensor-names';
import type { VisionConfig } from './types';
import { createVisionTower } from './vision-tower';

/** Relative to the largest value. Float32 kernels that are right differ by about 1e-6; wrong ones by tenths. */
const TOLERANCE = 1e-3;

/** An engine with the backend whose buffers it reads. */
export interface VisionPlace {
  readonly engine: OrtEngine;
  readonly tensors: TensorBackend;
}

export interface VisionComparison {
  readonly agrees: boolean;
  /** Largest difference of two values, NaN where one is missing or is no number, and the largest value. */
  readonly difference: number;
  readonly largest: number;
}

/** Runs the small forward pass in both places; rejects as their engines do. */
export async function compareVision(
  probed: VisionPlace,
  trusted: VisionPlace,
  vision: VisionConfig,
  projectionDim: number,
): Promise<VisionComparison> {
  const probe: VisionConfig = { ...vision, layers: 1 };
  const actual = await encodeProbe(probe, projectionDim, probed);
  const expected = await encodeProbe(probe, projectionDim, trusted);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = expected.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (actual[i] ?? Number.NaN))),
    0,
  );
  return { agrees: difference <= TOLERANCE * largest, difference, largest };
}

async function encodeProbe(
  config: VisionConfig,
  projectionDim: number,
  { engine, tensors }: VisionPlace,
): Promise<Float32Array> {
  const noise = createNoise();
  const tower = await createVisionTower(config, projectionDim, engine, 1);
  const weights = new Map(
    canonicalVisionNames(config).map(({ name, shape }) => {
      const length = shape.reduce((product, side) => product * side, 1);
      return [name, tensors.upload(noise(length, name.endsWith('weight') ? 0.2 : 0.05))] as const;
    }),
  );
  const projection = tensors.upload(noise(projectionDim * config.hiddenSize, 0.2));
  try {
    const pixels = noise(config.imageSize ** 2 * 3, 1);
    return await tower.encode(pixels, weights, projection);
  } finally {
    for (const buffer of [...weights.values(), projection]) tensors.free(buffer);
    await tower.release();
  }
}

/** Uniform noise, the same for both engines. */
function createNoise(): (length: number, scale: number) => Float32Array<ArrayBuffer> {
  let seed = 1;
  return (length, scale) => {
    const values = new Float32Array(length);
    for (let i = 0; i < length; i++) {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      values[i] = scale * (seed / 2 ** 31 - 1);
    }
    return values;
  };
}
