/** Before a WebGPU session of the page scores anything, it is compared with plain wasm. */
import { compareVision } from '../../clip/compare-vision';
import type { VisionConfig } from '../../clip/types';
import { DeviceError } from '../../errors';
import { createCpuBackend } from '../../runtime/cpu/backend';
import type { Runtime } from '../../runtime/types';

/** Throws DeviceError where the runtime's vision engine does not agree with plain wasm. */
export async function verifyVision(
  runtime: Runtime,
  vision: VisionConfig,
  projectionDim: number,
): Promise<void> {
  if (runtime.vision.provider !== 'webgpu') return;
  const { agrees, difference, largest } = await compareVision(
    { engine: runtime.vision, tensors: runtime.tensors },
    { engine: await runtime.text(), tensors: createCpuBackend() },
    vision,
    projectionDim,
  );
  if (!agrees) {
    throw new DeviceError(
      `This GPU computes the vision tower wrongly (largest difference ${difference.toPrecision(2)} of ${largest.toPrecision(2)} against the CPU). Choose the CPU engine.`,
    );
  }
}
