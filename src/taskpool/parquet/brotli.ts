/** Brotli, which no browser unpacks for a program and hyparquet's reader unpacks without end where a page means harm. */
import { compile } from '../../clip/images/compile-codec';
import { ParquetDamage } from './damage';
import type { Unpack } from './unpack';

/** @throws DeviceError where the decoder cannot be loaded */
export async function unpackBrotli(): Promise<Unpack> {
  const {
    default: init,
    BrotliDecStream,
    BrotliStreamResultCode,
  } = await import('brotli-dec-wasm/web');
  await init({ module_or_path: await compile('brotli') });
  return (packed, size) => {
    const stream = new BrotliDecStream();
    try {
      const result = stream.dec(packed, size);
      if (result.code === BrotliStreamResultCode.ResultSuccess) return new Uint8Array(result.buf);
    } finally {
      stream.free();
    }
    throw new ParquetDamage(`it does not unpack to ${size} bytes`);
  };
}
