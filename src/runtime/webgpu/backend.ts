/**
 * The merge on the GPU: one GPUBuffer per tensor, the very buffers that ONNX Runtime reads as graph inputs. Commands
 * are collected and submitted together; the queue keeps their order, so nothing waits until something is read.
 */
import { DeviceError } from '../../errors';
import type { Agreement, CountBuffer, TensorBackend, TensorBuffer } from '../types';
import { createKernels, type KernelName } from './kernels';
import { readBack } from './read-back';
import { reserveMemory } from './reserve';

interface GpuTensorBuffer extends TensorBuffer {
  readonly gpu: GPUBuffer;
}

/** The GPUBuffer behind a tensor, for ONNX Runtime to bind; no copy. Its size is rounded up to 16 bytes. */
export function gpuBufferOf(buffer: TensorBuffer | CountBuffer): GPUBuffer {
  return (buffer as GpuTensorBuffer).gpu;
}

/** ONNX Runtime downloads whole 16-byte blocks, and the kernels read `vec4<f32>`. */
const BLOCK_BYTES = 16;

const AGREEMENTS: Readonly<Record<Agreement, number>> = { sum: 0, count: 1, largest: 2 };

function bitsOf(float32: number): number {
  return new Uint32Array(Float32Array.of(float32).buffer)[0] as number;
}

export function createWebgpuBackend(device: GPUDevice): TensorBackend {
  const kernels = createKernels(device);
  /** Failed allocations, collected because WebGPU reports them late. */
  let problems: Promise<GPUError | null>[] = [];
  let encoder: GPUCommandEncoder | null = null;
  /** What each kernel's uniform holds. */
  const parametersInUse = new Map<KernelName, string>();

  const submit = () => {
    if (encoder) device.queue.submit([encoder.finish()]);
    encoder = null;
  };

  const createBuffer = (length: number): GpuTensorBuffer => {
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    const gpu = device.createBuffer({
      size: Math.max(1, Math.ceil((length * 4) / BLOCK_BYTES)) * BLOCK_BYTES,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    const reports = [device.popErrorScope(), device.popErrorScope()];
    // They reject when the GPU goes away, maybe with nobody waiting in `settled`: `device.lost` tells that.
    for (const report of reports) report.catch(() => undefined);
    problems.push(...reports);
    return { gpu, length };
  };

  const write = (buffer: TensorBuffer, data: Float32Array<ArrayBuffer>) => {
    submit();
    device.queue.writeBuffer(gpuBufferOf(buffer), 0, data);
  };

  /** `steps`: what the kernel's loop strides over; blocks of the written buffer unless it says otherwise. */
  const dispatch = (
    name: KernelName,
    operands: readonly (TensorBuffer | CountBuffer)[],
    words: readonly number[] = [],
    steps = operands[0] ? gpuBufferOf(operands[0]).size / BLOCK_BYTES : 0,
  ) => {
    const kernel = kernels(name);
    const key = words.join(' ');
    if (key !== parametersInUse.get(name)) {
      // The uniform is shared: what was recorded with its old contents has to go first.
      submit();
      kernel.setParameters(words);
      parametersInUse.set(name, key);
    }
    encoder ??= device.createCommandEncoder();
    kernel.encode(encoder, operands.map(gpuBufferOf), steps);
  };

  const read = async ({ gpu, length }: GpuTensorBuffer): Promise<ArrayBuffer> => {
    submit();
    return readBack(device, gpu, length * 4);
  };

  const free = (buffer: TensorBuffer | CountBuffer) => {
    submit();
    gpuBufferOf(buffer).destroy();
  };

  return {
    kind: 'webgpu',
    parts: { length: Number.POSITIVE_INFINITY, atOnce: 1 },
    reserve: (bytes) => reserveMemory(device, bytes),
    upload(data) {
      const buffer = createBuffer(data.length);
      write(buffer, data);
      return buffer;
    },
    allocate: createBuffer,
    borrow: createBuffer,
    async receive(length, put) {
      const memory = new Float32Array(length);
      await put(memory);
      const buffer = createBuffer(length);
      write(buffer, memory);
      return buffer;
    },
    async fill(buffer, put) {
      const memory = new Float32Array(buffer.length);
      await put(memory);
      write(buffer, memory);
    },
    part(buffer, begin, length) {
      if (begin === 0 && length === buffer.length) return buffer;
      throw new RangeError('on the GPU tensors are not cut up');
    },
    copy(target, begin, source) {
      encoder ??= device.createCommandEncoder();
      const [from, to] = [gpuBufferOf(source), gpuBufferOf(target)];
      encoder.copyBufferToBuffer(from, 0, to, begin * 4, source.length * 4);
    },
    accumulate(sum, base, tuned, weight, first) {
      const weighted = Math.fround(weight) !== 1;
      const words = [bitsOf(weight), 0, first ? 1 : 0, weighted ? 1 : 0];
      dispatch('accumulate', [sum, base, tuned], words);
    },
    scaleAndAdd(out, base, sum, scalingFactor) {
      dispatch('scaleAndAdd', [out, base, sum], [bitsOf(scalingFactor), 0]);
    },
    addScaled(sum, values, weight, first) {
      dispatch('addScaled', [sum, values], [bitsOf(weight), 0, first ? 1 : 0]);
    },
    divide: (values, divisor) => dispatch('divide', [values], [bitsOf(divisor)]),
    divideEach: (values, divisors) => dispatch('divideEach', [values, divisors]),
    takeLarger: (selected, candidate) => dispatch('takeLarger', [selected, candidate]),
    trim: (values, threshold) => dispatch('trim', [values], [bitsOf(threshold)]),
    mergeAgreeing(merged, total, values, tie, agreement) {
      const words = [bitsOf(tie), AGREEMENTS[agreement]];
      dispatch('mergeAgreeing', [merged, total, values], words);
    },
    applySign: (values, total, tie) => dispatch('applySign', [values, total], [bitsOf(tie)]),
    dropRandomly(values, { key, stream, limit }, begin) {
      dispatch('dropRandomly', [values], [...key, limit, ...stream, begin / 4]);
    },
    allocateCounts: createBuffer,
    countMagnitudes(counts, values, high) {
      const words = [values.length, high === null ? 0 : 1, high ?? 0];
      dispatch('countMagnitudes', [counts, values], words, values.length);
    },
    countSigns: (counts, values) => dispatch('countSigns', [counts, values], [], values.length),
    readCounts: async (counts) => new Uint32Array(await read(counts as GpuTensorBuffer)),
    freeCounts: free,
    write,
    read: async (buffer) => new Float32Array(await read(buffer as GpuTensorBuffer)),
    async take(buffer) {
      const values = new Float32Array(await read(buffer as GpuTensorBuffer));
      free(buffer);
      return values;
    },
    free,
    submit,
    async settled() {
      submit();
      const reported = problems;
      problems = [];
      await device.queue.onSubmittedWorkDone();
      const failed = (await Promise.all(reported)).find((error) => error !== null);
      if (failed) {
        throw new DeviceError(
          `The GPU refused memory for the weights (${failed.message}). Choose the CPU engine, or exclude experts.`,
        );
      }
    },
  };
}
