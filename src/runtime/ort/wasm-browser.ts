/** The wasm build in a module worker of the page. */
import mjsUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { type LoadWasm, MAX_THREADS } from './wasm';

export const loadWasmInBrowser: LoadWasm = async () => {
  const module = await import('onnxruntime-web/wasm');
  // Threads need SharedArrayBuffer, which browsers give to cross-origin isolated pages only, and WebKitGTK to no worker of them.
  const threads =
    'SharedArrayBuffer' in globalThis && globalThis.crossOriginIsolated
      ? Math.min(MAX_THREADS, globalThis.navigator.hardwareConcurrency || 1)
      : 1;
  // Both files: with the wasm alone its threads start from the bundled worker and hang (onnxruntime-web 1.30).
  module.env.wasm.wasmPaths = { mjs: absolute(mjsUrl), wasm: absolute(wasmUrl) };
  module.env.wasm.numThreads = threads;
  module.env.logLevel = 'error';
  return { module, threads };
};

/** Relative asset addresses are relative to this module, not to the page or to ONNX Runtime's own file. */
function absolute(url: string): string {
  return new URL(url, import.meta.url).href;
}
