/** The wasm build in Node: the package's own entry, as it is. */
import { availableParallelism } from 'node:os';
import { type LoadWasm, MAX_THREADS } from './wasm';

export const loadWasmInNode: LoadWasm = async () => {
  const module = await import('onnxruntime-web');
  const threads = Math.min(MAX_THREADS, availableParallelism());
  module.env.wasm.numThreads = threads;
  module.env.logLevel = 'error';
  return { module, threads };
};
