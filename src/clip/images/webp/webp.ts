/**
 * WebP as Pillow 13 reads it, by the same libwebp (as WebAssembly). Of an animation the first frame, on a canvas that is
 * transparent black: background colour, blending and disposal come into play from the second frame on.
 */
import { FormatError } from '../../../errors';
import type { RgbImage } from '../../types';
import { CodecError, codecs } from '../codecs';
import { orientationOf, upright } from '../orientation';
import { withoutAlpha } from '../rgba';
import { readWebp } from './webp-chunks';

/** `image` at its place on a black canvas. */
function onCanvas(
  image: RgbImage,
  left: number,
  top: number,
  width: number,
  height: number,
): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < image.height; y++) {
    const row = image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3);
    data.set(row, ((top + y) * width + left) * 3);
  }
  return { width, height, data };
}

/** @throws FormatError where the file is damaged, cut short or too large. */
export async function decodeWebp(bytes: Uint8Array<ArrayBuffer>, file: string): Promise<RgbImage> {
  const webp = readWebp(bytes, file);
  const { frame, width, height } = webp;
  try {
    const image = withoutAlpha(await codecs.webp((frame?.still ?? bytes).buffer));
    const whole = frame ? onCanvas(image, frame.left, frame.top, width, height) : image;
    return upright(whole, orientationOf(webp));
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause;
    throw new FormatError(
      file,
      'The WebP is cut short or damaged: it cannot be decoded. Replace the file.',
      { cause },
    );
  }
}
