/** The WebAssembly of a decoder, wherever the program runs. */
import type { CodecName } from './codec-name';

/** @throws DeviceError where it cannot be fetched */
export async function compile(name: CodecName): Promise<WebAssembly.Module> {
  // Replaced when building, so that the page's bundle never mentions Node's modules.
  const { compileCodec } = import.meta.env.SSR
    ? await import('./codec-node')
    : await import('./codec-browser');
  return compileCodec(name);
}
