/** ONNX Runtime's plain wasm build as an engine; how the module is loaded differs between page and Node. */
import { cpuBufferData } from '../cpu/backend';
import type { OrtEngine } from '../types';
import { WAITING_ASLEEP } from './asleep';
import { createOrtEngine, type OrtModule } from './engine';

/** Loads the wasm build, already configured for where it runs. */
export type LoadWasm = () => Promise<{ readonly module: OrtModule; readonly threads: number }>;

/** Measured: beyond this the gain of wasm threads on these small batches is lost to synchronisation. */
export const MAX_THREADS = 8;

export async function createWasmEngine(load: LoadWasm): Promise<OrtEngine> {
  const { module, threads } = await load();
  return createOrtEngine({
    module,
    threads,
    provider: 'wasm',
    // A second copy would be garbage that browsers are slow to collect.
    copiesOutputs: true,
    options: {
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'all',
      extra: WAITING_ASLEEP,
    },
    tensorOf: (buffer, dims) => new module.Tensor('float32', cpuBufferData(buffer), dims),
  });
}
