/** The decoders' WebAssembly in Node: read from node_modules. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { CodecName } from './codec-name';

const FILES: Readonly<Record<CodecName, string>> = {
  jpeg: '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
  webp: '@jsquash/webp/codec/dec/webp_dec.wasm',
  brotli: 'brotli-dec-wasm/web/bg.wasm',
};

export async function compileCodec(name: CodecName): Promise<WebAssembly.Module> {
  const file = createRequire(import.meta.url).resolve(FILES[name]);
  return WebAssembly.compile(await readFile(file));
}
