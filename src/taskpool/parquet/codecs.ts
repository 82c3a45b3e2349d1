/**
 * How the pages of a Parquet file are unpacked; what a file needs is loaded for it. All stop where a page has unpacked to the
 * size that it claims, and none takes more time than for the bytes that go in and those that come out.
 */
import { Gunzip } from 'fflate';
import { unpackBrotli } from './brotli';
import { ParquetDamage } from './damage';
import { unpackSnappy } from './snappy';
import type { Unpack } from './unpack';
import { unpackZstd } from './zstd';

/** By their numbers in `CompressionCodec`. */
const NAMES = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'LZO', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW'];

const LOADERS: Readonly<Record<string, () => Promise<Unpack>>> = {
  UNCOMPRESSED: async () => (packed) => packed,
  SNAPPY: async () => unpackSnappy,
  GZIP: async () => unpackGzip,
  BROTLI: unpackBrotli,
  async LZ4() {
    const { decompressLz4Raw } = await import('hyparquet-compressors');
    return (packed, size) => unpackHadoopLz4(packed, size, decompressLz4Raw);
  },
  async LZ4_RAW() {
    const { decompressLz4Raw } = await import('hyparquet-compressors');
    return (packed, size) => own(decompressLz4Raw(packed, size));
  },
  ZSTD: unpackZstd,
};

/** @returns the name of a compression that is not read, or how to unpack */
export async function unpackerOf(codec: number): Promise<Unpack | string> {
  const name = NAMES[codec] ?? `compression ${codec}`;
  const unpack = await LOADERS[name]?.();
  if (!unpack) return name;
  return (packed, size) => {
    // Of nothing, such as the dictionary of a column without values, some say that it is damaged.
    const bytes = size === 0 ? new Uint8Array(0) : unpack(packed, size);
    if (bytes.length === size) return bytes;
    throw new ParquetDamage(`it unpacks to ${bytes.length} bytes, not ${size}`);
  };
}

function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
    : new Uint8Array(bytes);
}

/** Packed bytes that are unpacked at a time: at most a thousandfold, 64 MiB, comes out of them at once. */
const GUNZIP_CHUNK = 64 * 1024;

function unpackGzip(packed: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  let length = 0;
  const gunzip = new Gunzip((chunk) => {
    if (chunk.length > size - length)
      throw new ParquetDamage(`it unpacks to more than ${size} bytes`);
    out.set(chunk, length);
    length += chunk.length;
  });
  for (let at = 0; at < packed.length; at += GUNZIP_CHUNK) {
    gunzip.push(packed.subarray(at, at + GUNZIP_CHUNK), at + GUNZIP_CHUNK >= packed.length);
  }
  return out.subarray(0, length);
}

/** Hadoop writes the sizes of each block before it, unpacked and packed; others nothing. */
function unpackHadoopLz4(
  packed: Uint8Array<ArrayBuffer>,
  size: number,
  unpack: (packed: Uint8Array, size: number) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  const out = new Uint8Array(size);
  let length = 0;
  for (let at = 0; at < packed.length; ) {
    if (packed.length - at < 8) return own(unpack(packed, size));
    const unpackedSize = view.getUint32(at);
    const packedSize = view.getUint32(at + 4);
    at += 8;
    if (unpackedSize > size - length || packedSize > packed.length - at) {
      return own(unpack(packed, size));
    }
    out.set(unpack(packed.subarray(at, at + packedSize), unpackedSize), length);
    at += packedSize;
    length += unpackedSize;
  }
  return out.subarray(0, length);
}
