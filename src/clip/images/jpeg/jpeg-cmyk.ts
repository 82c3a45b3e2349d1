/**
 * JPEGs of four components, CMYK or YCCK, as Pillow 13 converts them. libjpeg (as WebAssembly, by way of @jsquash/jpeg) only
 * gives RGB, so the coefficients are written out again as two JPEGs of three components, whose samples it then gives as
 * they are: transform, upsampling and rounding stay its own.
 */
import { FormatError } from '../../../errors';
import type { RgbImage } from '../../types';
import { under } from '../cmyk';
import { CodecError, codecs } from '../codecs';
import { type Component, readCoefficients } from './coefficients';
import { ScanError } from './huffman';
import type { Jpeg } from './jpeg-segments';
import { writeJpeg } from './write-jpeg';

type Three = readonly [Component, Component, Component];

/** Colours, and black with companions that keep the sampling what it is. */
function trios(components: readonly Component[]): readonly [Three, Three] {
  const [first, second, third, black] = components;
  if (!first || !second || !third || !black) throw new ScanError('a component is missing');
  const colours: Three = [first, second, third];
  const [h, v] = [Math.max(...components.map((c) => c.h)), Math.max(...components.map((c) => c.v))];
  const wide = colours.find((component) => component.h === h);
  const tall = colours.find((component) => component.v === v);
  if (!wide || !tall) throw new ScanError('its black is finer than its colours');
  return [colours, [black, wide, tall]];
}

/**
 * The pixels, not yet turned upright. Pillow takes every such file for one of Adobe's, which store inks inverted.
 * @throws FormatError where the file is damaged
 */
export async function decodeCmykJpeg(
  bytes: Uint8Array<ArrayBuffer>,
  jpeg: Jpeg,
  file: string,
): Promise<RgbImage> {
  const { width, height, isYcck } = jpeg;
  try {
    const [colours, blacks] = trios(readCoefficients(bytes));
    const inks = await codecs.jpeg(writeJpeg(colours, jpeg, isYcck ? 1 : 0).buffer);
    const light = await codecs.jpeg(writeJpeg(blacks, jpeg, 0).buffer);
    const data = new Uint8Array(width * height * 3);
    for (let p = 0, o = 0; o < data.length; p += 4, o += 3) {
      for (let channel = 0; channel < 3; channel++) {
        const sample = inks.data[p + channel] as number;
        data[o + channel] = under(isYcck ? sample : 255 - sample, light.data[p] as number);
      }
    }
    return { width, height, data };
  } catch (cause) {
    if (!(cause instanceof CodecError || cause instanceof ScanError)) throw cause;
    throw new FormatError(
      file,
      `The JPEG is CMYK and cannot be decoded (${cause.message}). Replace the file, or convert it to PNG.`,
      { cause },
    );
  }
}
