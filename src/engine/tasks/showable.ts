/** Pictures in formats that no browser draws, as one that every browser does. */
import { decodeImage } from '../../clip/images/decode';
import { formatName, SIGNATURE_BYTES } from '../../clip/images/picture-format';
import type { RgbImage } from '../../clip/types';
import { FormatError } from '../../errors';
import type { SampleImage } from '../api';

const NOT_DRAWN = ['PPM', 'TIFF'];
const HEADERS = 14 + 40;

/** A BMP of 24 bits. */
function bmp({ width, height, data }: RgbImage): Blob {
  const stride = Math.ceil((width * 3) / 4) * 4;
  const bytes = new Uint8Array(HEADERS + stride * height);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, HEADERS, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  // Negative: from the top.
  view.setInt32(22, -height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0, o = HEADERS + y * stride; x < width; x++, p += 3, o += 3) {
      bytes[o] = data[p + 2] as number;
      bytes[o + 1] = data[p + 1] as number;
      bytes[o + 2] = data[p] as number;
    }
  }
  return new Blob([bytes], { type: 'image/bmp' });
}

/** The picture with a file that a browser draws; as it is where it cannot be read. */
export async function showable(sample: SampleImage): Promise<SampleImage> {
  const { name, blob } = sample;
  try {
    const head = new Uint8Array(await blob.slice(0, SIGNATURE_BYTES).arrayBuffer());
    if (!NOT_DRAWN.includes(formatName(head) ?? '')) return sample;
    return { ...sample, blob: bmp(await decodeImage({ name, blob })) };
  } catch (error) {
    if (error instanceof FormatError) return sample;
    throw error;
  }
}
