/** How the pages of a Parquet file are unpacked: hyparquet knows Snappy, everything else is loaded where a file needs it. */
import type { CompressionCodec, Compressors, FileMetaData } from 'hyparquet';

type Decompress = (input: Uint8Array, size: number) => Uint8Array;

/** What hyparquet reads by itself. */
const BUILT_IN: readonly CompressionCodec[] = ['UNCOMPRESSED', 'SNAPPY'];

/** @returns undefined where hyparquet needs none */
export async function compressorsFor(metadata: FileMetaData): Promise<Compressors | undefined> {
  const chunks = metadata.row_groups.flatMap(({ columns }) => columns);
  const needed = chunks.some(({ meta_data: of }) => of && !BUILT_IN.includes(of.codec));
  if (!needed) return undefined;
  const { decompressBrotli, decompressGzip, decompressLz4, decompressLz4Raw, decompressZstd } =
    await import('hyparquet-compressors');
  return {
    GZIP: unlessEmpty(decompressGzip),
    BROTLI: unlessEmpty(decompressBrotli),
    LZ4: unlessEmpty(decompressLz4),
    LZ4_RAW: unlessEmpty(decompressLz4Raw),
    // Into memory of the size that the page gives, not of whatever size the frame claims.
    ZSTD: unlessEmpty((input, size) => decompressZstd(input, new Uint8Array(size))),
  };
}

/** Of a page of nothing, such as the dictionary of a column without values, `decompressLz4Raw` 1.1.2 says that it is damaged. */
function unlessEmpty(decompress: Decompress): Decompress {
  return (input, size) => (size === 0 ? new Uint8Array(0) : decompress(input, size));
}
