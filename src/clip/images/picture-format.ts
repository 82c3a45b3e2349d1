/** What kind of picture a file is, told from its first bytes and never from its name. */

/** Formats that are read. */
export const PICTURE_FORMATS = ['PNG', 'JPEG', 'WebP', 'GIF', 'BMP', 'PPM', 'TIFF'] as const;
export type PictureFormat = (typeof PICTURE_FORMATS)[number];

/** Bytes that are enough to tell. */
export const SIGNATURE_BYTES = 32;

interface Signature {
  readonly at: number;
  readonly bytes: string;
  readonly format: string;
}

const RIFF_KIND_AT = 8;
const ISO_BRAND_AT = 8;

/** In Latin-1, one character a byte. */
const SIGNATURES: readonly Signature[] = [
  { at: 0, bytes: '\x89PNG\r\n\x1a\n', format: 'PNG' },
  { at: 0, bytes: '\xff\xd8\xff', format: 'JPEG' },
  { at: RIFF_KIND_AT, bytes: 'WEBP', format: 'WebP' },
  { at: 0, bytes: 'GIF87a', format: 'GIF' },
  { at: 0, bytes: 'GIF89a', format: 'GIF' },
  { at: 0, bytes: 'II*\0', format: 'TIFF' },
  { at: 0, bytes: 'MM\0*', format: 'TIFF' },
  { at: 0, bytes: 'II+\0', format: 'TIFF' },
  { at: 0, bytes: 'MM\0+', format: 'TIFF' },
  { at: ISO_BRAND_AT, bytes: 'avif', format: 'AVIF' },
  { at: ISO_BRAND_AT, bytes: 'avis', format: 'AVIF' },
  { at: ISO_BRAND_AT, bytes: 'heic', format: 'HEIC' },
  { at: ISO_BRAND_AT, bytes: 'heix', format: 'HEIC' },
  { at: ISO_BRAND_AT, bytes: 'mif1', format: 'HEIF' },
  { at: ISO_BRAND_AT, bytes: 'msf1', format: 'HEIF' },
  { at: 0, bytes: '\0\0\0\x0cjP  ', format: 'JPEG 2000' },
  { at: 0, bytes: '\xff\x4f\xff\x51', format: 'JPEG 2000' },
  { at: 0, bytes: '\0\0\0\x0cJXL ', format: 'JPEG XL' },
  { at: 0, bytes: '\xff\x0a', format: 'JPEG XL' },
  { at: 0, bytes: '\0\0\x01\0', format: 'ICO' },
  { at: 0, bytes: '8BPS', format: 'Photoshop' },
  { at: 0, bytes: 'qoif', format: 'QOI' },
  { at: 0, bytes: '%PDF', format: 'PDF' },
  { at: 0, bytes: '<svg', format: 'SVG' },
  { at: 0, bytes: '<?xml', format: 'XML' },
];

/** Sizes that the header of a BMP has, as its first four bytes. */
const BMP_HEADERS = [12, 40, 52, 56, 64, 108, 124].map((size) =>
  String.fromCharCode(size, 0, 0, 0),
);
const BMP_HEADER_AT = 14;

/** Marks so short that a text may begin with them: a number or a comment has to follow, or a header of a known size. */
const SHORT_MARKS: readonly (readonly [(head: string) => boolean, PictureFormat])[] = [
  [(head) => /^P[1-6][ \t-\r]+[#+\-\d]/.test(head), 'PPM'],
  [
    (head) =>
      head.startsWith('BM') && BMP_HEADERS.some((size) => head.startsWith(size, BMP_HEADER_AT)),
    'BMP',
  ],
];

/** The format's name where the signature is known, whether it can be read or not. */
export function formatName(head: Uint8Array): string | undefined {
  const text = String.fromCharCode(...head.subarray(0, SIGNATURE_BYTES));
  const short = SHORT_MARKS.find(([isMarked]) => isMarked(text));
  if (short) return short[1];
  return SIGNATURES.find(({ at, bytes }) => text.startsWith(bytes, at))?.format;
}

export function isReadable(format: string | undefined): format is PictureFormat {
  return PICTURE_FORMATS.some((readable) => readable === format);
}
