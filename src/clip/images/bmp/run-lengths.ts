/** The indices of a BMP with run lengths (RLE4, RLE8), taken apart as Pillow 13's BmpRleDecoder does. */
import { FormatError } from '../../../errors';

/** @throws FormatError where pixels are missing, as they may be in a file that leaves its rest out on purpose */
export function runLengthIndices(
  bytes: Uint8Array,
  begin: number,
  { width, height, runLength }: { width: number; height: number; runLength: 4 | 8 },
  file: string,
): Uint8Array {
  const total = width * height;
  const out = new Uint8Array(total);
  let at = begin;
  let filled = 0;
  /** Column by Pillow's count, which a row that is cut short does not set right. */
  let x = 0;
  const put = (value: number) => {
    if (filled < total) out[filled] = value;
    filled++;
  };
  const nibble = (byte: number, i: number) => (i % 2 === 0 ? byte >> 4 : byte & 15);

  while (filled < total && at + 1 < bytes.length) {
    const count = bytes[at] as number;
    const value = bytes[at + 1] as number;
    at += 2;
    if (count > 0) {
      const run = Math.min(count, Math.max(0, width - x));
      for (let i = 0; i < run; i++) put(runLength === 4 ? nibble(value, i) : value);
      x += run;
    } else if (value === 0) {
      while (filled % width !== 0) put(0);
      x = 0;
    } else if (value === 1) break;
    else if (value === 2) {
      if (at + 2 > bytes.length) break;
      filled += Math.min(total - filled, (bytes[at] as number) + (bytes[at + 1] as number) * width);
      at += 2;
      x = filled % width;
    } else {
      const run = Math.min(total - filled, value);
      const size = runLength === 4 ? Math.ceil(run / 2) : run;
      const literal = bytes.subarray(at, at + size);
      if (literal.length < size) break;
      for (let i = 0; i < run; i++) {
        put(runLength === 4 ? nibble(literal[i >> 1] as number, i) : (literal[i] as number));
      }
      x += value;
      // To an even place in the file.
      at += size;
      at += at % 2;
    }
  }
  if (filled < total) {
    throw new FormatError(
      file,
      `The BMP is cut short: ${filled} of ${total} pixels are there. Replace the file.`,
    );
  }
  return out;
}
