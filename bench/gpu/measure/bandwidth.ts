/** The merge's kernels against copying from buffer to buffer, in rounds side by side: how much of the memory's rate they get. */
import type { TensorBackend, TensorBuffer } from '../../../src/runtime/types';
import { gpuBufferOf } from '../../../src/runtime/webgpu/backend';
import { spreadOf } from '../../support/spread';
import type { Plan } from './plan';
import type { Bandwidth } from './types';

const FLOAT_BYTES = 4;

/** `out = base + 0.3 * sum`: two reads and a write. */
const LAMBDA_STEP = {
  kernel: 'lambda step',
  passes: 3,
  run: (backend: TensorBackend, [out, base, sum]: Vectors) =>
    backend.scaleAndAdd(out, base, sum, 0.3),
};

/** `sum += tuned - base`: three reads and a write. */
const ACCUMULATION = {
  kernel: 'accumulation of a task vector',
  passes: 4,
  run: (backend: TensorBackend, [sum, base, tuned]: Vectors) =>
    backend.accumulate(sum, base, tuned, 1, false),
};

/** Three vectors of one length. */
type Vectors = readonly [TensorBuffer, TensorBuffer, TensorBuffer];

/** One long vector, and the tensors of a model as the merge has them. */
export async function measureBandwidth(
  device: GPUDevice,
  backend: TensorBackend,
  { elements, rounds, roundMilliseconds, models: [model] }: Plan,
  lengths: readonly number[],
): Promise<Bandwidth[]> {
  const found: Bandwidth[] = [];
  const places = [
    { over: `one vector of ${elements} elements`, sizes: [elements] },
    { over: `the ${lengths.length} tensors of ${model?.name ?? 'a model'}`, sizes: lengths },
  ];
  for (const { over, sizes } of places) {
    const tensors = sizes.map((length): Vectors => {
      const make = () => backend.allocate(length);
      return [make(), make(), make()];
    });
    await backend.settled();
    const total = sizes.reduce((sum, length) => sum + length, 0);
    try {
      for (const { kernel, passes, run } of [LAMBDA_STEP, ACCUMULATION]) {
        const kernelPass = () => {
          for (const vectors of tensors) run(backend, vectors);
        };
        const copyPass = () => copyAll(device, backend, tensors);
        const bytes = passes * FLOAT_BYTES * total;
        const rates: number[] = [];
        const copyRates: number[] = [];
        const repeats = await repeatsFor(kernelPass, backend, roundMilliseconds);
        const copyRepeats = await repeatsFor(copyPass, backend, roundMilliseconds);
        for (let round = 0; round < rounds; round++) {
          rates.push(rate(bytes, repeats, await timed(kernelPass, repeats, backend)));
          const copied = 2 * FLOAT_BYTES * total;
          copyRates.push(rate(copied, copyRepeats, await timed(copyPass, copyRepeats, backend)));
        }
        const [own, copy] = [spreadOf(rates), spreadOf(copyRates)];
        found.push({ kernel, over, bytes, rate: own, copy, ofCopy: own.median / copy.median });
      }
    } finally {
      for (const buffer of tensors.flat()) backend.free(buffer);
    }
  }
  return found;
}

function copyAll(device: GPUDevice, backend: TensorBackend, tensors: readonly Vectors[]): void {
  backend.submit();
  const encoder = device.createCommandEncoder();
  for (const [to, from] of tensors) {
    const { size } = gpuBufferOf(from);
    encoder.copyBufferToBuffer(gpuBufferOf(from), 0, gpuBufferOf(to), 0, size);
  }
  device.queue.submit([encoder.finish()]);
}

/** How often a pass is repeated for a round to be long beside the time it takes to be begun and noticed. */
async function repeatsFor(
  pass: () => void,
  backend: TensorBackend,
  milliseconds: number,
): Promise<number> {
  // Shaders are compiled before anything is timed.
  await timed(pass, 1, backend);
  let repeats = 1;
  while (repeats < 4096 && (await timed(pass, repeats, backend)) < milliseconds) repeats *= 2;
  return repeats;
}

async function timed(pass: () => void, repeats: number, backend: TensorBackend): Promise<number> {
  await backend.settled();
  const begun = performance.now();
  for (let i = 0; i < repeats; i++) pass();
  await backend.settled();
  return performance.now() - begun;
}

/** In 10^9 bytes per second. */
function rate(bytes: number, repeats: number, milliseconds: number): number {
  return (bytes * repeats) / milliseconds / 1e6;
}
