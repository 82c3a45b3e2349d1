/** Puts a runtime together: tensor backend, ONNX Runtime build, self-test. Where it may compute is decided elsewhere. */
import { createTeamBackend } from './cpu/backend';
import type { TeamThreads } from './cpu/simd/kernels';
import { createWasmEngine, type LoadWasm } from './ort/wasm';
import { testExactness } from './self-test';
import type { OrtEngine, Runtime } from './types';
import { createWebgpuBackend } from './webgpu/backend';
import type { StudioDevice } from './webgpu/device';

/** Elements of a part on the page, 1 MiB of them: files are read in larger pieces (`checkpoint/read-forward.ts`), and less is held. */
const PART_LENGTH = 2 ** 18;

/** The CPU runtime: merge in SIMD over `threads`, both towers on ONNX Runtime's plain wasm. */
export async function createCpuRuntime(
  load: LoadWasm,
  reason: string,
  threads?: TeamThreads,
): Promise<Runtime> {
  const { tensors, end } = createTeamBackend(threads, PART_LENGTH);
  const engine = await createWasmEngine(load);
  return {
    tensors,
    vision: engine,
    text: async () => engine,
    software: false,
    exactness: await testExactness(tensors),
    reason,
    lost: new Promise(() => undefined),
    dispose: async () => end(),
  };
}

/**
 * The WebGPU runtime: merge in WGSL, the vision tower on ONNX Runtime's WebGPU build, both on `studio.device`; the
 * text tower on plain wasm, which is loaded when it is first asked for.
 */
export async function createWebgpuRuntime(
  studio: StudioDevice,
  createVision: (device: GPUDevice) => Promise<OrtEngine>,
  load: LoadWasm,
  reason: string,
): Promise<Runtime> {
  const { device } = studio;
  const tensors = createWebgpuBackend(device);
  let text: Promise<OrtEngine> | undefined;
  return {
    tensors,
    vision: await createVision(device),
    text: () => {
      text ??= createWasmEngine(load);
      return text;
    },
    software: studio.software,
    exactness: await testExactness(tensors),
    reason,
    adapter: studio.adapter,
    lost: device.lost.then((info) => info.message || info.reason || 'no reason given'),
    dispose: async () => device.destroy(),
  };
}
