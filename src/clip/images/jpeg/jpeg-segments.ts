/** The segments of a JPEG that are needed before it is decoded (ITU-T T.81, annex B). */
import { FormatError } from '../../../errors';
import { checkSize } from '../size-limit';

export interface Jpeg {
  readonly width: number;
  readonly height: number;
  /** 1 (grey), 3 or 4. */
  readonly components: number;
  /** Of four components: are the first three YCbCr, as Adobe's segment says, and not inks? */
  readonly isYcck: boolean;
  readonly exif?: Uint8Array;
  readonly xmp?: Uint8Array;
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
const APP14 = 0xee;
/** Baseline, extended and progressive, all with Huffman codes. */
const FOUR_COMPONENT_FRAMES = [0xc0, 0xc1, 0xc2];

type Frame = Pick<Jpeg, 'width' | 'height' | 'components'>;

const ADOBE_MARK = 'Adobe';
const ADOBE_BYTES = 12;
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

function frame(marker: number, content: Uint8Array, file: string): Frame {
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
  if (components === 4 && !FOUR_COMPONENT_FRAMES.includes(marker)) {
    throw new FormatError(
      file,
      'The JPEG is CMYK with arithmetic or lossless coding, which cannot be read. Convert it to PNG.',
    );
  }
  if (![1, 3, 4].includes(components)) {
    throw new FormatError(
      file,
      `The JPEG has ${components} components; only grey, RGB and CMYK can be read. Convert it to PNG.`,
    );
  }
  const height = view.getUint16(1);
  const width = view.getUint16(3);
  checkSize(width, height, file);
  return { width, height, components };
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
  let header: Frame | undefined;
  let exif: Uint8Array | undefined;
  let xmp: Uint8Array | undefined;
  let isYcck = false;
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
    if (isFrame(marker)) header ??= frame(marker, content, file);
    else if (marker === SOS) scanned = true;
    else if (marker === APP14 && content.length >= ADOBE_BYTES && startsWith(content, ADOBE_MARK))
      isYcck = content[ADOBE_BYTES - 1] !== 0;
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
  return { ...header, isYcck, exif, xmp };
}
