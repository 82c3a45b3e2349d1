/** Undoes TIFF's horizontal differencing (TIFF 6.0, section 14). */
import { viewOf } from '../bytes';

/**
 * Adds to every sample of the row, in place, the one of the pixel before.
 * @param bits - 8, 16 or 32
 * @param samples - of a pixel
 */
export function undoPrediction(
  row: Uint8Array,
  bits: number,
  samples: number,
  littleEndian: boolean,
): void {
  if (bits === 8) {
    for (let i = samples; i < row.length; i++)
      row[i] = (row[i] as number) + (row[i - samples] as number);
    return;
  }
  const view = viewOf(row);
  const size = bits / 8;
  for (let at = samples * size; at + size <= row.length; at += size) {
    const before = at - samples * size;
    if (bits === 16) {
      const sum = view.getUint16(at, littleEndian) + view.getUint16(before, littleEndian);
      view.setUint16(at, sum, littleEndian);
    } else {
      const sum = view.getUint32(at, littleEndian) + view.getUint32(before, littleEndian);
      view.setUint32(at, sum, littleEndian);
    }
  }
}
