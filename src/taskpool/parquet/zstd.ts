/**
 * Zstandard by its own C library as WebAssembly, which gives up where the room ends; readers in JavaScript go on for hours
 * over a few bytes that mean harm.
 */
import { ParquetDamage } from './damage';
import type { Unpack } from './unpack';

/** A piece of the library's memory. */
interface Piece {
  readonly ptr: number;
  readonly size: number;
}
interface Memory {
  malloc(size: number): Piece;
  free(piece: Piece): void;
  dataToHeap(bytes: Uint8Array): Piece;
  heapView(piece: Piece): Uint8Array;
}
interface Library {
  decompress(into: number, room: number, packed: number, size: number): number;
  isError(result: number): number;
}

export async function unpackZstd(): Promise<Unpack> {
  const { Zstd } = await import('@hpcc-js/wasm-zstd');
  const zstd = await Zstd.load();
  // Its own `decompress` takes the size from the frame, and copies what comes out number by number.
  // biome-ignore lint/complexity/useLiteralKeys: private to TypeScript but for keys in brackets
  const memory: Memory = zstd['_mainModule'];
  // biome-ignore lint/complexity/useLiteralKeys: as above
  const library: Library = zstd['_zstdClass'];
  return (packed, size) => {
    const input = memory.dataToHeap(packed);
    const output = memory.malloc(size);
    try {
      const result = library.decompress(output.ptr, size, input.ptr, input.size);
      if (library.isError(result)) throw new ParquetDamage(`it does not unpack to ${size} bytes`);
      return new Uint8Array(memory.heapView({ ptr: output.ptr, size: result }));
    } finally {
      memory.free(output);
      memory.free(input);
    }
  };
}
