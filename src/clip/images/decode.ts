/** Picture files into pixels, equal to what FusionBench's datasets, Pillow 13 and transformers 5.23 make of them. */
import type { NamedBlob } from '../../checkpoint/types';
import { FormatError, StorageError } from '../../errors';
import type { RgbImage } from '../types';
import { decodeJpeg } from './jpeg/jpeg';
import { formatName, isReadable, PICTURE_FORMATS, type PictureFormat } from './picture-format';
import { decodePng } from './png';

type Decode = (
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
  keepsTransparent: boolean,
) => RgbImage | Promise<RgbImage>;

/** Those of few data sets are loaded when one comes. */
const DECODERS: Readonly<Record<PictureFormat, Decode>> = {
  PNG: decodePng,
  JPEG: decodeJpeg,
  WebP: async (bytes, file) => (await import('./webp/webp')).decodeWebp(bytes, file),
  GIF: async (...given) => (await import('./gif/gif')).decodeGif(...given),
  BMP: async (bytes, file) => (await import('./bmp/bmp')).decodeBmp(bytes, file),
  PPM: async (bytes, file) => (await import('./netpbm/netpbm')).decodeNetpbm(bytes, file),
  TIFF: async (bytes, file) => (await import('./tiff/tiff')).decodeTiff(bytes, file),
};

/**
 * Decodes a picture file; of which format it is, its bytes say. Of several pictures in it, the first.
 *
 * The pixels are those of Pillow 13's `Image.open(file).convert("RGB")` after transformers 5.23's own conversion: alpha
 * is dropped and hidden colours appear, 16-bit grey clips at 255, pixels of a PNG's or GIF's one
 * transparent colour become white, unless `keepsTransparent`.
 *
 * @throws FormatError for every other format, for damaged or truncated data and for more pixels than Pillow accepts;
 *   StorageError where the file itself can no longer be read.
 */
export async function decodeImage(
  file: NamedBlob,
  { keepsTransparent = false }: { readonly keepsTransparent?: boolean } = {},
): Promise<RgbImage> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await file.blob.arrayBuffer());
  } catch (cause) {
    throw new StorageError(
      `${file.name}: The file cannot be read; it may have been moved or changed. Add it again.`,
      { cause },
    );
  }
  if (bytes.length === 0) throw new FormatError(file.name, 'The file is empty.');
  const format = formatName(bytes);
  if (!isReadable(format)) {
    const what =
      format === undefined
        ? 'This is not a picture that is known here'
        : `${format} pictures cannot be read here`;
    throw new FormatError(
      file.name,
      `${what}, only ${PICTURE_FORMATS.join(', ')}. Convert it to PNG.`,
    );
  }
  return DECODERS[format](bytes, file.name, keepsTransparent);
}
