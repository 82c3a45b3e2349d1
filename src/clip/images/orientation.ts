/**
 * Which way up a picture is. FusionBench reads its pictures with the `datasets` library, which turns them upright as
 * `PIL.ImageOps.exif_transpose` does (datasets 5.2, features/image.py), so scores are those of upright pictures.
 */
import type { RgbImage } from '../types';

/** EXIF's orientations 1 to 8 (Exif 2.32, 4.6.4 A); 1 is upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATION_TAG = 0x0112;
const SHORT = 3;
const LONG = 4;
const EXIF_MARK = 'Exif\0\0';

function latin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}

function orientation(value: number | undefined): Orientation | undefined {
  return value !== undefined && value >= 1 && value <= 8 ? (value as Orientation) : undefined;
}

/** The orientation entry of an EXIF record's first directory; nothing where the record is damaged. */
function fromExif(record: Uint8Array): Orientation | undefined {
  let tiff = record;
  // Some writers put the mark twice.
  while (latin1(tiff.subarray(0, EXIF_MARK.length)) === EXIF_MARK)
    tiff = tiff.subarray(EXIF_MARK.length);
  if (tiff.length < 8) return undefined;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length);
  const order = latin1(tiff.subarray(0, 2));
  if (order !== 'II' && order !== 'MM') return undefined;
  const little = order === 'II';
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return undefined;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + i * 12;
    if (at + 12 > tiff.length) return undefined;
    if (view.getUint16(at, little) !== ORIENTATION_TAG) continue;
    const type = view.getUint16(at + 2, little);
    if (type === SHORT) return orientation(view.getUint16(at + 8, little));
    return type === LONG ? orientation(view.getUint32(at + 8, little)) : undefined;
  }
  return undefined;
}

/** What is stated or the EXIF record says, else what the XMP packet says, else upright. */
export function orientationOf(metadata: {
  readonly stated?: number | undefined;
  readonly exif?: Uint8Array | undefined;
  readonly xmp?: Uint8Array | undefined;
}): Orientation {
  const exif = metadata.exif && fromExif(metadata.exif);
  const stated = orientation(metadata.stated) ?? exif;
  if (stated) return stated;
  const xmp = metadata.xmp && /tiff:Orientation(?:="|>)([0-9])/.exec(latin1(metadata.xmp));
  return orientation(xmp ? Number(xmp[1]) : undefined) ?? 1;
}

/** The picture turned upright. */
export function upright(image: RgbImage, orientation: Orientation): RgbImage {
  if (orientation === 1) return image;
  const { width, height, data } = image;
  const turned = orientation >= 5;
  const mirroredX = [2, 3, 7, 8].includes(orientation);
  const mirroredY = [3, 4, 6, 7].includes(orientation);
  const out = new Uint8Array(data.length);
  const outWidth = turned ? height : width;
  const outHeight = turned ? width : height;
  let o = 0;
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      const column = turned ? y : x;
      const row = turned ? x : y;
      const sourceX = mirroredX ? width - 1 - column : column;
      const sourceY = mirroredY ? height - 1 - row : row;
      const p = (sourceY * width + sourceX) * 3;
      out[o] = data[p] as number;
      out[o + 1] = data[p + 1] as number;
      out[o + 2] = data[p + 2] as number;
      o += 3;
    }
  }
  return { width: outWidth, height: outHeight, data: out };
}
