/** ONNX Runtime's WebGPU build on our own device, so that it reads the merge's buffers where they are. Page only. */
import type * as Ort from 'onnxruntime-web';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import moduleUrl from 'onnxruntime-web/webgpu?url';
import type { OrtEngine } from '../types';
import { gpuBufferOf } from '../webgpu/backend';
import { createOrtEngine } from './engine';

/**
 * Copies of ONNX Runtime that can make no session any more. One that throws while it makes a session, as happens when
 * the GPU process dies, refuses all later ones ("another WebGPU EP inference session is being created",
 * onnxruntime-web 1.30), and nothing takes it out of that: the next engine gets a copy of its own.
 */
let spoiled = 0;

/** Modules are kept by address, fragment included: another fragment is another copy of the same file. */
async function loadModule(): Promise<typeof Ort> {
  const address = new URL(moduleUrl, import.meta.url);
  address.hash = `${spoiled}`;
  return import(/* @vite-ignore */ address.href);
}

/** An engine for the lifetime of `device`. */
export async function createWebgpuEngine(device: GPUDevice): Promise<OrtEngine> {
  const module = await loadModule();
  module.env.wasm.wasmPaths = { wasm: new URL(wasmUrl, import.meta.url).href };
  module.env.wasm.numThreads = 1;
  module.env.logLevel = 'error';
  /** Tensors are handles: made once per buffer, reused in every run. */
  const tensors = new WeakMap<GPUBuffer, Ort.Tensor>();
  return createOrtEngine({
    module,
    provider: 'webgpu',
    threads: 1,
    options: {
      executionProviders: [{ name: 'webgpu', device }],
      preferredOutputLocation: 'cpu',
      // A node that silently falls to the CPU costs more than it computes: make it an error.
      extra: { session: { disable_cpu_ep_fallback: '1' } },
    },
    tensorOf(buffer, dims) {
      const gpu = gpuBufferOf(buffer);
      const known = tensors.get(gpu);
      if (known && known.dims.join() === dims.join()) return known;
      const tensor = module.Tensor.fromGpuBuffer(gpu, { dataType: 'float32', dims });
      tensors.set(gpu, tensor);
      return tensor;
    },
    onSessionFailure() {
      spoiled++;
    },
  });
}
