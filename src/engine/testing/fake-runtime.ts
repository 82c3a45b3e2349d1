/** Test support: a runtime that merges on the CPU and runs the towers on the fake ONNX Runtime. */
import { createWasmEngine } from '../../runtime/ort/wasm';
import type { OrtEngine, Runtime } from '../../runtime/types';
import { type CountedBackend, countedBackend } from './counted-backend';
import { type FakeOrt, fakeOrt } from './fake-ort';
import type { Turn } from './world';

export interface FakeRuntime extends Omit<CountedBackend, 'backend'> {
  readonly runtime: Runtime;
  readonly ort: FakeOrt;
  /** How often it was disposed of. */
  disposed(): number;
}

/** With `gpu` it says that it computes there. */
export async function fakeRuntime(
  turn: Turn = async () => undefined,
  { gpu = false, software = false } = {},
): Promise<FakeRuntime> {
  const { backend, ...counted } = countedBackend(gpu ? 'webgpu' : 'cpu');
  const ort = fakeOrt(turn);
  const wasm = await createWasmEngine(ort.load);
  const vision: OrtEngine = gpu ? { ...wasm, provider: 'webgpu' } : wasm;
  let disposed = 0;
  const runtime: Runtime = {
    tensors: backend,
    vision,
    text: async () => wasm,
    exactness: { exact: true, detail: 'Exact.' },
    reason: 'A fake.',
    software,
    lost: new Promise(() => undefined),
    dispose: async () => {
      disposed++;
    },
  };
  return { ...counted, runtime, ort, disposed: () => disposed };
}
