/**
 * Whether the GPU has the memory for a piece of work, asked before the work begins: WebGPU tells no size, so buffers of
 * the whole size are made and let go again. A driver may promise what it cannot keep; later failures are still heard.
 */
import { DeviceError } from '../../errors';

/** Small enough for every device's `maxBufferSize`, large enough that a gigabyte takes few of them. */
const CHUNK_BYTES = 128 * 2 ** 20;

/** Throws DeviceError that says how much is needed and how much could be had. */
export async function reserveMemory(device: GPUDevice, bytes: number): Promise<void> {
  const held: GPUBuffer[] = [];
  let granted = 0;
  try {
    while (granted < bytes) {
      const size = Math.min(CHUNK_BYTES, Math.ceil((bytes - granted) / 16) * 16);
      device.pushErrorScope('out-of-memory');
      device.pushErrorScope('validation');
      held.push(device.createBuffer({ size, usage: GPUBufferUsage.STORAGE }));
      const scopes = [device.popErrorScope(), device.popErrorScope()];
      // Some drivers lose the device instead of reporting: then the scopes reject.
      const outcomes = await Promise.allSettled(scopes);
      if (outcomes.some((one) => one.status === 'rejected' || one.value !== null)) {
        throw new DeviceError(
          `The merge needs ${gigabytes(bytes)} on the GPU, and ${gigabytes(granted)} could be had. Choose the CPU engine, or close other pages that use the GPU.`,
        );
      }
      granted += size;
    }
  } finally {
    for (const buffer of held) buffer.destroy();
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
