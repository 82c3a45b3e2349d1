/** Reading a GPU buffer back, through a staging buffer. */
import { DeviceError } from '../../errors';

/** The first `byteLength` bytes of a buffer, after everything submitted so far. */
export async function readBack(
  device: GPUDevice,
  buffer: GPUBuffer,
  byteLength: number,
): Promise<ArrayBuffer> {
  const staging = device.createBuffer({
    size: buffer.size,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  try {
    const copy = device.createCommandEncoder();
    copy.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
    device.queue.submit([copy.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    return staging.getMappedRange().slice(0, byteLength);
  } catch (cause) {
    throw new DeviceError(
      'The GPU did not hand back its result; reload the page or choose the CPU engine.',
      { cause },
    );
  } finally {
    staging.destroy();
  }
}
