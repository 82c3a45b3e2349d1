/**
 * ONNX Runtime's native build in Node, `onnxruntime-node`: an optional package, three times as fast as wasm on the same cores. It
 * is there for the usual systems only, so everything has to work without it.
 */
import { availableParallelism } from 'node:os';
import { cpuBufferData } from '../cpu/backend';
import type { OrtEngine, TensorBuffer } from '../types';
import { WAITING_ASLEEP } from './asleep';
import { createOrtEngine, type OrtModule } from './engine';

/** Loads the native build; rejects where the package is not installed or its library does not load. */
export type LoadNative = () => Promise<OrtModule>;

export const loadNativeInNode: LoadNative = async () => {
  const module = await import('onnxruntime-node');
  module.env.logLevel = 'error';
  return module;
};

/** Its CPU provider, on all cores that this process may use. */
export function createNativeEngine(module: OrtModule): OrtEngine {
  const threads = availableParallelism();
  return createOrtEngine({
    module,
    threads,
    provider: 'native',
    options: {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      extra: WAITING_ASLEEP,
    },
    tensorOf: hostTensors(module),
    // Matrices that stay are packed once: a fifth of the time of a batch.
    dataOf: cpuBufferData,
  });
}

/** Its WebGPU provider, on the adapter that it finds by itself; weights are copied there in every run. */
export function createNativeWebgpuEngine(module: OrtModule): OrtEngine {
  return createOrtEngine({
    module,
    threads: 1,
    provider: 'webgpu',
    options: {
      executionProviders: ['webgpu'],
      graphOptimizationLevel: 'all',
      // A node that silently falls to the CPU costs more than it computes: make it an error.
      extra: { session: { disable_cpu_ep_fallback: '1' } },
    },
    tensorOf: hostTensors(module),
  });
}

/** ONNX Runtime's view of a buffer of the CPU backend, without a copy. */
function hostTensors(module: OrtModule) {
  return (buffer: TensorBuffer, dims: readonly number[]) =>
    new module.Tensor('float32', cpuBufferData(buffer), dims);
}
