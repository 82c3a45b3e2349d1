/** ONNX Runtime's WebGPU build on our own device, so that it reads the merge's buffers where they are. Page only. */
import type * as Ort from 'onnxruntime-web';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import type { OrtEngine } from '../types';
import { gpuBufferOf } from '../webgpu/backend';
import { createOrtEngine } from './engine';

export async function createWebgpuEngine(device: GPUDevice): Promise<OrtEngine> {
  const module = await import('onnxruntime-web/webgpu');
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
  });
}
