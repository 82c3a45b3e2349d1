/**
 * The merge on the GPU: one GPUBuffer per tensor, the very buffers that ONNX Runtime reads as graph inputs. Commands
 * are collected and submitted together; the queue keeps their order, so nothing waits until something is read.
 */
import accumulateCode from '../../../shaders/accumulate.wgsl?raw';
import scaleAndAddCode from '../../../shaders/scale-and-add.wgsl?raw';
import { DeviceError } from '../../errors';
import type { TensorBackend, TensorBuffer } from '../types';
import { createElementwiseKernel, type ElementwiseKernel } from './kernel';

interface GpuTensorBuffer extends TensorBuffer {
  readonly gpu: GPUBuffer;
}

/** The GPUBuffer behind a tensor, for ONNX Runtime to bind; no copy. Its size is rounded up to 16 bytes. */
export function gpuBufferOf(buffer: TensorBuffer): GPUBuffer {
  return (buffer as GpuTensorBuffer).gpu;
}

/** ONNX Runtime downloads whole 16-byte blocks, and the kernels read `vec4<f32>`. */
const BLOCK_BYTES = 16;

export function createWebgpuBackend(device: GPUDevice): TensorBackend {
  const accumulateKernel = createElementwiseKernel(device, 'accumulate', accumulateCode);
  const scaleAndAddKernel = createElementwiseKernel(device, 'scale-and-add', scaleAndAddCode);
  /** Failed allocations, collected because WebGPU reports them late. */
  let problems: Promise<GPUError | null>[] = [];
  let encoder: GPUCommandEncoder | null = null;
  let parametersInUse = '';

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
    problems.push(device.popErrorScope(), device.popErrorScope());
    return { gpu, length };
  };

  const write = (buffer: TensorBuffer, data: Float32Array<ArrayBuffer>) => {
    submit();
    device.queue.writeBuffer(gpuBufferOf(buffer), 0, data);
  };

  const dispatch = (
    kernel: ElementwiseKernel,
    operands: readonly [TensorBuffer, TensorBuffer, TensorBuffer],
    parameters: readonly [number, number, number, number],
  ) => {
    const key = `${kernel.label} ${parameters.join(' ')}`;
    if (key !== parametersInUse) {
      // The uniform is shared: what was recorded with its old contents has to go first.
      submit();
      kernel.setParameters(parameters);
      parametersInUse = key;
    }
    encoder ??= device.createCommandEncoder();
    kernel.encode(encoder, operands.map(gpuBufferOf));
  };

  return {
    kind: 'webgpu',
    upload(data) {
      const buffer = createBuffer(data.length);
      write(buffer, data);
      return buffer;
    },
    allocate: createBuffer,
    accumulate(sum, base, tuned, weight, first) {
      const weighted = Math.fround(weight) !== 1;
      dispatch(accumulateKernel, [sum, base, tuned], [weight, 0, first ? 1 : 0, weighted ? 1 : 0]);
    },
    scaleAndAdd(out, base, sum, scalingFactor) {
      dispatch(scaleAndAddKernel, [out, base, sum], [scalingFactor, 0, 0, 0]);
    },
    write,
    async read(buffer) {
      submit();
      const { gpu, length } = buffer as GpuTensorBuffer;
      const staging = device.createBuffer({
        size: gpu.size,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      });
      try {
        const copy = device.createCommandEncoder();
        copy.copyBufferToBuffer(gpu, 0, staging, 0, gpu.size);
        device.queue.submit([copy.finish()]);
        await staging.mapAsync(GPUMapMode.READ);
        return new Float32Array(staging.getMappedRange().slice(0, length * 4));
      } catch (cause) {
        throw new DeviceError(
          'The GPU did not hand back its result; reload the page or choose the CPU engine.',
          {
            cause,
          },
        );
      } finally {
        staging.destroy();
      }
    },
    free(buffer) {
      submit();
      gpuBufferOf(buffer).destroy();
    },
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
