/** The segments of a JPEG that are needed before it is decoded (ITU-T T.81, annex B). */
import { FormatError } from '../../errors';
import { checkSize } from './size-limit';

export interface Jpeg {
  readonly width: number;
  readonly height: number;
  readonly exif?: Uint8Array;
  readonly xmp?: Uint8Array;
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;

const EXIF_MARK = 'Exif\0\0';
const XMP_MARK = 'http://ns.adobe.com/xap/1.0/\0';

/** Start-of-frame markers: C0 to CF without DHT, JPG and DAC. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** Markers without a length: TEM, restarts, start of image. */
function standsAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= SOI);
}

/** Index of the next marker's second byte at or after `at`; stuffed zeros and fill bytes are passed over. */
function nextMarker(bytes: Uint8Array, at: number): number | undefined {
  for (
    let i = bytes.indexOf(0xff, at);
    i >= 0 && i + 1 < bytes.length;
    i = bytes.indexOf(0xff, i + 1)
  ) {
    const marker = bytes[i + 1];
    if (marker !== 0 && marker !== 0xff) return i + 1;
  }
  return undefined;
}

function frame(content: Uint8Array, file: string): Pick<Jpeg, 'width' | 'height'> {
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const components = content[5] ?? 0;
  if (content.length < 6 + components * 3) {
    throw new FormatError(file, 'The JPEG is cut short: its frame header is incomplete.');
  }
  const bits = view.getUint8(0);
  if (bits !== 8) {
    throw new FormatError(
      file,
      `The JPEG has ${bits} bits a sample; only 8 can be read. Convert it to PNG.`,
    );
  }
  if (components === 4) {
    throw new FormatError(
      file,
      'The JPEG is CMYK; only RGB and grey can be read. Convert it to RGB.',
    );
  }
  if (components !== 1 && components !== 3) {
    throw new FormatError(
      file,
      `The JPEG has ${components} components; only RGB and grey can be read. Convert it to PNG.`,
    );
  }
  const height = view.getUint16(1);
  const width = view.getUint16(3);
  checkSize(width, height, file);
  return { width, height };
}

function startsWith(bytes: Uint8Array, mark: string): boolean {
  return String.fromCharCode(...bytes.subarray(0, mark.length)) === mark;
}

/**
 * Walks from marker to marker, through the scans, to the end of the image.
 *
 * @throws FormatError where there is no frame or no end: a decoder would fill the missing part with grey, and Pillow
 * refuses such a file too.
 */
export function readJpeg(bytes: Uint8Array, file: string): Jpeg {
  let header: Pick<Jpeg, 'width' | 'height'> | undefined;
  let exif: Uint8Array | undefined;
  let xmp: Uint8Array | undefined;
  let scanned = false;
  let at = nextMarker(bytes, 0);
  while (at !== undefined) {
    const marker = bytes[at] as number;
    if (marker === EOI) break;
    if (standsAlone(marker)) {
      at = nextMarker(bytes, at + 1);
      continue;
    }
    const length = ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const content = bytes.subarray(at + 3, at + 1 + length);
    if (isFrame(marker)) header ??= frame(content, file);
    else if (marker === SOS) scanned = true;
    else if (marker === APP1 && startsWith(content, EXIF_MARK)) exif ??= content;
    else if (marker === APP1 && startsWith(content, XMP_MARK)) xmp = content;
    at = nextMarker(bytes, at + 1 + Math.max(2, length));
  }
  if (at === undefined || !header || !scanned) {
    throw new FormatError(
      file,
      'The JPEG is cut short or damaged: its end is missing. Replace the file.',
    );
  }
  return { ...header, exif, xmp };
}
