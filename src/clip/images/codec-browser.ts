/** The decoders' WebAssembly in a page or its worker: fetched from beside the program's own files. */
import jpeg from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm?url';
import webp from '@jsquash/webp/codec/dec/webp_dec.wasm?url';
import brotli from 'brotli-dec-wasm/web/bg.wasm?url';
import { DeviceError } from '../../errors';
import type { CodecName } from './codec-name';

const ADDRESSES: Readonly<Record<CodecName, string>> = { jpeg, webp, brotli };
const TITLES: Readonly<Record<CodecName, string>> = {
  jpeg: 'JPEG pictures',
  webp: 'WebP pictures',
  brotli: 'Brotli',
};

/** @throws DeviceError where the file cannot be fetched. */
export async function compileCodec(name: CodecName): Promise<WebAssembly.Module> {
  try {
    const response = await fetch(ADDRESSES[name]);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    // Not compileStreaming: it insists on a content type that not every static host sends.
    return await WebAssembly.compile(await response.arrayBuffer());
  } catch (cause) {
    throw new DeviceError(
      `The decoder for ${TITLES[name]} could not be loaded (${String(cause)}). Reload the page.`,
      { cause },
    );
  }
}
