/** The strips and tiles of a TIFF: where they belong, and their rows of samples. */
import { FormatError } from '../../../errors';
import { ChunkError } from './chunk-error';
import { undoPrediction } from './predictor';
import { type Tiff, unread } from './tiff-header';
import { reversedBits, unpack } from './unpack';

/** Part of a row of the picture. */
export interface ChunkRow {
  /** Packed samples; of one plane where the TIFF has planes. */
  readonly bytes: Uint8Array;
  readonly x: number;
  readonly y: number;
  /** Pixels of it that are in the picture. */
  readonly count: number;
  readonly plane: number;
}

const PREDICTED_BITS = [8, 16, 32];

/** The bytes of chunk `index`, compressed as they may be. */
function storedBytes(
  bytes: Uint8Array,
  { chunks, compression }: Tiff,
  index: number,
  size: number,
  file: string,
) {
  const at = chunks.offsets[index] as number;
  // What is not compressed is as long as it has to be, whatever is said of it.
  const counted = chunks.byteCounts?.[index];
  const length = compression === 'none' ? size : (counted ?? bytes.length - at);
  if (at + length > bytes.length || length < 0) {
    throw new FormatError(file, 'The TIFF is cut short: pixels are missing. Replace the file.');
  }
  return bytes.subarray(at, at + length);
}

/**
 * Rows of all chunks.
 * @throws FormatError where a chunk is missing or damaged
 */
export function* chunkRows(bytes: Uint8Array, tiff: Tiff, file: string): Generator<ChunkRow> {
  const { width, height, bits, samples, planes, isPlanar, chunks, compression, isPredicted } = tiff;
  if (isPredicted && !PREDICTED_BITS.includes(bits))
    throw unread(file, `a predictor for ${bits} bits`);
  const together = isPlanar ? 1 : samples;
  const across = Math.ceil(width / chunks.width);
  const down = Math.ceil(height / chunks.height);
  const expected = across * down * (isPlanar ? planes : 1);
  if (chunks.offsets.length !== expected) {
    throw unread(file, `${chunks.offsets.length} strips or tiles instead of ${expected}`);
  }
  if ((chunks.width * bits * together) % 8 !== 0 && chunks.isTiled)
    throw unread(file, 'tiles of broken bytes');
  const rowBytes = Math.ceil((chunks.width * bits * together) / 8);
  for (let index = 0; index < expected; index++) {
    const plane = Math.floor(index / (across * down));
    if (plane >= samples) return;
    const x = (index % across) * chunks.width;
    const y = (Math.floor(index / across) % down) * chunks.height;
    const rows = Math.min(chunks.height, height - y);
    const count = Math.min(chunks.width, width - x);
    const isPadded = chunks.isTiled && compression !== 'none';
    // Of a tile that is not compressed no more is needed than lies in the picture.
    const end = compression === 'none' ? Math.ceil((count * bits * together) / 8) : rowBytes;
    const size = rowBytes * ((isPadded ? chunks.height : rows) - 1) + end;
    const stored = storedBytes(bytes, tiff, index, size, file);
    let data: Uint8Array;
    try {
      data = unpack(tiff.isReversed ? reversedBits(stored) : stored, size, compression);
    } catch (cause) {
      if (!(cause instanceof ChunkError)) throw cause;
      throw new FormatError(
        file,
        `The TIFF is cut short or damaged (${compression}: ${cause.message}). Replace the file.`,
        { cause },
      );
    }
    for (let row = 0; row < rows; row++) {
      const samplesOfRow = data.subarray(row * rowBytes, (row + 1) * rowBytes);
      if (isPredicted) undoPrediction(samplesOfRow, bits, together, tiff.littleEndian);
      yield { bytes: samplesOfRow, x, y: y + row, count, plane };
    }
  }
}
