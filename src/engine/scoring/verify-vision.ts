/**
 * Trust, but compare: before a WebGPU session scores anything, one layer of a tower of the same width, heads and
 * length is run there and on wasm. Wrong kernels have been seen on software adapters, silently.
 */
import { canonicalVisionNames } from '../../clip/tensor-names';
import type { VisionConfig } from '../../clip/types';
import { createVisionTower } from '../../clip/vision-tower';
import { DeviceError } from '../../errors';
import { createCpuBackend } from '../../runtime/cpu/backend';
import type { OrtEngine, Runtime, TensorBackend } from '../../runtime/types';

/** Relative to the largest value. Float32 kernels that are right differ by about 1e-6; wrong ones by tenths. */
const TOLERANCE = 1e-3;

/** Throws DeviceError where the runtime's vision engine does not agree with plain wasm. */
export async function verifyVision(
  runtime: Runtime,
  vision: VisionConfig,
  projectionDim: number,
): Promise<void> {
  if (runtime.vision.provider === 'wasm') return;
  const probe: VisionConfig = { ...vision, layers: 1 };
  const [actual, expected] = [
    await encodeProbe(probe, projectionDim, runtime.vision, runtime.tensors),
    await encodeProbe(probe, projectionDim, await runtime.text(), createCpuBackend()),
  ];
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = expected.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (actual[i] ?? Number.NaN))),
    0,
  );
  if (!(difference <= TOLERANCE * largest)) {
    throw new DeviceError(
      `This GPU computes the vision tower wrongly (largest difference ${difference.toPrecision(2)} of ${largest.toPrecision(2)} against the CPU). Choose the CPU engine.`,
    );
  }
}

async function encodeProbe(
  config: VisionConfig,
  projectionDim: number,
  engine: OrtEngine,
  backend: TensorBackend,
): Promise<Float32Array> {
  const noise = createNoise();
  const tower = await createVisionTower(config, projectionDim, engine, 1);
  const weights = new Map(
    canonicalVisionNames(config).map(({ name, shape }) => {
      const length = shape.reduce((product, side) => product * side, 1);
      return [name, backend.upload(noise(length, name.endsWith('weight') ? 0.2 : 0.05))] as const;
    }),
  );
  const projection = backend.upload(noise(projectionDim * config.hiddenSize, 0.2));
  try {
    const pixels = noise(config.imageSize ** 2 * 3, 1);
    return await tower.encode(pixels, weights, projection);
  } finally {
    for (const buffer of [...weights.values(), projection]) backend.free(buffer);
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
