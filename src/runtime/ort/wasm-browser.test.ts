import { afterEach, expect, it, vi } from 'vitest';
import { loadWasmInBrowser } from './wasm-browser';

afterEach(() => vi.unstubAllGlobals());

async function threadsWith(isolated: boolean, sharing: boolean): Promise<number> {
  vi.stubGlobal('crossOriginIsolated', isolated);
  vi.stubGlobal('navigator', { hardwareConcurrency: 4 });
  const shared = globalThis.SharedArrayBuffer;
  if (!sharing) Reflect.deleteProperty(globalThis, 'SharedArrayBuffer');
  try {
    return (await loadWasmInBrowser()).threads;
  } finally {
    Object.assign(globalThis, { SharedArrayBuffer: shared });
  }
}

it('starts threads only where their memory can be shared', async () => {
  expect(await threadsWith(true, true)).toBe(4);
  expect(await threadsWith(false, true)).toBe(1);
  // WebKitGTK says that a worker is isolated, and gives it no SharedArrayBuffer.
  expect(await threadsWith(true, false)).toBe(1);
});
