/** A strip or tile cannot be unpacked. Caught where the file's name is known. */
export class ChunkError extends Error {
  override readonly name = 'ChunkError';
}
