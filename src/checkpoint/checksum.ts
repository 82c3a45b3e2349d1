import { createXXHash64 } from 'hash-wasm';

/** Bytes of a checksum. */
export const CHECKSUM_BYTES = 8;

/**
 * XXH64, which finds damage at the speed of memory; no proof against intent.
 * @returns computes the checksum of bytes
 */
export async function createChecksum(): Promise<(bytes: Uint8Array) => Uint8Array<ArrayBuffer>> {
  const hash = await createXXHash64();
  return (bytes) => Uint8Array.from(hash.init().update(bytes).digest('binary'));
}
