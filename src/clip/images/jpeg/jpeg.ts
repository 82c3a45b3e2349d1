/**
 * JPEG as Pillow 13 reads it: libjpeg's accurate DCT and smooth chroma, which @jsquash/jpeg has too. Known to differ: chroma
 * of half the height and full width (4:4:0, what a lossless rotation makes of 4:2:2), where the older libjpeg in it rounds
 * every second row down; one sample in seven is off by 1, rarely 2.
 */
import { FormatError } from '../../../errors';
import type { RgbImage } from '../../types';
import { CodecError, codecs } from '../codecs';
import { orientationOf, upright } from '../orientation';
import { withoutAlpha } from '../rgba';
import { decodeCmykJpeg } from './jpeg-cmyk';
import { readJpeg } from './jpeg-segments';

/** @throws FormatError where the file is damaged, cut short, too large, or of an unusual kind. */
export async function decodeJpeg(bytes: Uint8Array<ArrayBuffer>, file: string): Promise<RgbImage> {
  const jpeg = readJpeg(bytes, file);
  try {
    const image =
      jpeg.components === 4
        ? await decodeCmykJpeg(bytes, jpeg, file)
        : withoutAlpha(await codecs.jpeg(bytes.buffer));
    return upright(image, orientationOf(jpeg));
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause;
    throw new FormatError(
      file,
      `The JPEG cannot be decoded (${cause.message}). Replace the file.`,
      { cause },
    );
  }
}
