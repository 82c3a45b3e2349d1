/** Reading numbers and lines out of a file's bytes. */
import { FormatError } from '../../errors';

export function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

/** @throws FormatError where the picture is said to need more bytes than the file has from `at` on */
export function takeBytes(
  bytes: Uint8Array,
  at: number,
  size: number,
  format: string,
  file: string,
): Uint8Array {
  if (at + size > bytes.length) {
    const there = Math.max(0, bytes.length - at);
    throw new FormatError(
      file,
      `The ${format} is cut short: ${there} of ${size} bytes of pixels are there. Replace the file.`,
    );
  }
  return bytes.subarray(at, at + size);
}
