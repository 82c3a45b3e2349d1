/** An archive, or an entry of it, is damaged or of a kind that is not read. The message is what is wrong, to stand in a sentence. */
export class ZipError extends Error {
  override readonly name = 'ZipError';
}
