/**
 * Decides where the page computes: Auto takes WebGPU on a real adapter, and the CPU on a software adapter or none,
 * because ONNX Runtime's wasm is some forty times faster than a software GPU on the same processor.
 */
import type { MatrixJobs } from '../../method/matrices/jobs';
import type { TeamThreads } from '../../runtime/cpu/simd/kernels';
import { createCpuRuntime, createWebgpuRuntime } from '../../runtime/create';
import type { LoadWasm } from '../../runtime/ort/wasm';
import type { OrtEngine, Runtime } from '../../runtime/types';
import type { StudioDevice } from '../../runtime/webgpu/device';
import type { EngineChoice } from '../api';

/** What the place where the engine runs can offer: a page's worker, or Node (no GPU). */
export interface RuntimeParts {
  readonly loadWasm: LoadWasm;
  /** Rejects with the reason, for people, where there is no WebGPU. */
  requestDevice(): Promise<StudioDevice>;
  createWebgpuEngine(device: GPUDevice): Promise<OrtEngine>;
  /** Threads that compute with the CPU's element-wise kernels; the engine's own alone without. */
  readonly team?: TeamThreads;
  /** Threads that merge matrices; the engine's own without. */
  readonly matrices?: MatrixJobs;
}

/** Makes the runtime for a choice. Falls back to the CPU, and says why, whenever WebGPU cannot be had. */
export async function chooseRuntime(choice: EngineChoice, parts: RuntimeParts): Promise<Runtime> {
  const cpu = (reason: string) =>
    createCpuRuntime(parts.loadWasm, reason + oneThread(), parts.team);
  if (choice === 'cpu') return cpu('The CPU engine was chosen.');
  let studio: StudioDevice;
  try {
    studio = await parts.requestDevice();
  } catch (error) {
    return cpu(`${reasonOf(error)} Everything is computed on the CPU.`);
  }
  if (choice === 'auto' && studio.software) {
    studio.device.destroy();
    return cpu(
      `WebGPU is there, but only in software (${studio.adapter}), which is slower than the CPU engine.`,
    );
  }
  const reason = studio.software
    ? `WebGPU was chosen; its adapter is software (${studio.adapter}), so this is slow.`
    : `WebGPU on ${studio.adapter}.`;
  try {
    return await createWebgpuRuntime(studio, parts.createWebgpuEngine, parts.loadWasm, reason);
  } catch (error) {
    studio.device.destroy();
    return cpu(`WebGPU could not start (${reasonOf(error)}). Everything is computed on the CPU.`);
  }
}

/** Threads share memory, which not every page has. In Node nobody isolates anything, and it is there. */
function oneThread(): string {
  if (globalThis.crossOriginIsolated === false)
    return ' Its server does not isolate this page, so one thread computes.';
  if ('SharedArrayBuffer' in globalThis) return '';
  return ' This browser shares no memory between threads, so one computes.';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
