import { FormatError } from '../../errors';

/** Pillow's `DecompressionBombError`: twice `Image.MAX_IMAGE_PIXELS`. More are refused before anything is decoded. */
const MAX_PIXELS = 2 * Math.floor((1024 * 1024 * 1024) / 4 / 3);

/** @throws FormatError for a picture without pixels or with more than Pillow accepts. */
export function checkSize(width: number, height: number, file: string): void {
  if (width === 0 || height === 0) {
    throw new FormatError(file, `The picture is ${width} x ${height} pixels: it is empty.`);
  }
  if (width * height > MAX_PIXELS) {
    throw new FormatError(
      file,
      `The picture is ${width} x ${height} pixels, more than the ${MAX_PIXELS} that are read. Scale it down.`,
    );
  }
}
