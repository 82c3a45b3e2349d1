/** Test support: pictures that people have, for docs/pictures.md. */

/** Pictures that are read with Pillow's pixels. */
export interface ReadSample {
  readonly what: string;
  /** How it is read, where that is not plain. */
  readonly how: string;
  /** Names in `images/files`, or of `picture-formats.json.gz` after its format and a colon. */
  readonly files: readonly string[];
}

export interface RefusedSample {
  readonly what: string;
  /** As above, or the first bytes of such a file. */
  readonly file: string | Uint8Array<ArrayBuffer>;
}

const first = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

export const READ: Readonly<Record<string, readonly ReadSample[]>> = {
  PNG: [
    {
      what: 'Grey, RGB, palette; 1 to 16 bits; interlaced or not',
      how: 'Samples as they are. 16 bits of grey clip at 255, so most of such a picture is white; of 16 bits of colour the high byte counts.',
      files: [
        'rgb.png',
        'palette-4-bit.png',
        'grey-16-bit.png',
        'rgb-16-bit.png',
        'interlaced.png',
      ],
    },
    {
      what: 'With alpha',
      how: 'Alpha is dropped: colours under transparent pixels appear.',
      files: ['rgba.png', 'grey-alpha.png', 'palette-alpha.png'],
    },
    {
      what: 'With one transparent colour (tRNS)',
      how: 'Pixels of that colour become white.',
      files: ['palette-one-transparent.png', 'rgb-transparent-colour.png'],
    },
  ],
  JPEG: [
    {
      what: 'Grey or YCbCr, baseline or progressive',
      how: "libjpeg's accurate transform and smooth chroma.",
      files: ['444.jpg', '422.jpg', '420.jpg', 'progressive.jpg', 'grey.jpg'],
    },
    {
      what: 'CMYK or YCCK',
      how: "Inks are taken for inverted, as Adobe stores them, and mixed by Pillow's integers; colour profiles do not come in.",
      files: ['cmyk.jpg', 'JPEG:CMYK', 'JPEG:YCCK', 'JPEG:YCCK, progressive'],
    },
  ],
  WebP: [
    {
      what: 'Lossy or lossless',
      how: 'Alpha is dropped.',
      files: ['lossy.webp', 'lossless.webp', 'lossy-alpha.webp'],
    },
    {
      what: 'Animated',
      how: 'The first frame; where it does not cover the canvas the rest is black.',
      files: ['WebP:lossy frames', 'WebP:a first frame in the middle'],
    },
  ],
  GIF: [
    {
      what: 'With global or local palette, interlaced or not, animated or not',
      how: 'The first picture; the canvas around it has the transparent colour, else the first of the palette.',
      files: ['GIF:saved by Pillow', 'GIF:saved by Pillow, animated', 'GIF:frame in the middle'],
    },
    {
      what: 'With a transparent colour',
      how: 'Pixels of that colour become white.',
      files: ['GIF:transparent'],
    },
  ],
  'PBM, PGM, PPM': [
    {
      what: 'Plain or binary (P1 to P6), any largest value',
      how: 'Colours are scaled to 8 bits. Grey of more than 8 bits is scaled to 16 bits and clips at 255.',
      files: [
        'Netpbm:P1',
        'Netpbm:P4',
        'Netpbm:P5 up to 255',
        'Netpbm:P5 up to 1023',
        'Netpbm:P6 up to 65535',
      ],
    },
  ],
  BMP: [
    {
      what: '1, 4, 8, 16, 24 or 32 bits; run lengths; bit fields; from the bottom or the top; headers of Windows and OS/2',
      how: 'Alpha is dropped.',
      files: [
        'BMP:8 bits',
        'BMP:16 bits',
        'BMP:24 bits, top down',
        'BMP:RLE8',
        'BMP:RLE4',
        'BMP:bit fields, 565',
        'BMP:4 bits, OS/2',
      ],
    },
  ],
  TIFF: [
    {
      what: 'Bilevel, grey, palette, RGB, CMYK; strips or tiles; both byte orders; BigTIFF; not compressed, LZW, Deflate, PackBits',
      how: 'The first page, turned upright. Alpha is dropped, multiplied alpha undone.',
      files: [
        'TIFF:RGB, II, LZW',
        'TIFF:CMYK, MM, raw',
        'TIFF:tiles of 16, PackBits',
        'TIFF:predictor, RGB, II, Deflate',
        'TIFF:planes, LZW',
        'TIFF:BigTIFF, raw',
        'TIFF:RGB and alpha, multiplied, II, raw',
      ],
    },
    {
      what: '16 bits of grey, whole numbers and floating point of 32 bits',
      how: 'Clipped to 0 to 255, not scaled, as Pillow does it; scale such data before.',
      files: ['TIFF:grey 16 bits, II, raw', 'TIFF:grey 32 bits float, II, LZW'],
    },
  ],
};

export const REFUSED: readonly RefusedSample[] = [
  { what: 'AVIF', file: first('\0\0\0\x20ftypavif....') },
  { what: 'HEIC', file: first('\0\0\0\x20ftypheic....') },
  { what: 'JPEG XL', file: first('\0\0\0\x0cJXL \r\n\x87\n') },
  { what: 'JPEG 2000', file: first('\0\0\0\x0cjP  \r\n\x87\n') },
  { what: 'ICO', file: first('\0\0\x01\0....') },
  { what: 'Something else', file: first('This is no picture.') },
  { what: 'An empty file', file: first('') },
  { what: 'A PNG that is cut short', file: 'bad/truncated.png' },
  { what: 'A TIFF with JPEG compression', file: 'TIFF:bad: JPEG compression' },
  { what: 'A TIFF with CCITT compression', file: 'TIFF:bad: CCITT compression' },
  { what: 'A TIFF with YCbCr colours', file: 'TIFF:YCbCr, II, raw' },
  { what: 'A TIFF with Lab colours', file: 'TIFF:Lab, II, raw' },
  { what: 'A TIFF with 16 bits in planes', file: 'TIFF:planes, 16 bits, raw' },
  { what: 'A TIFF with 12 bits', file: 'TIFF:bad: 12 bits of RGB' },
  { what: 'A big-endian BigTIFF', file: 'TIFF:BigTIFF, MM, raw' },
  { what: 'A BMP with a JPEG in it', file: 'BMP:bad: JPEG inside' },
  { what: 'A BMP with bit fields of another kind', file: 'BMP:bad: bit fields, 444' },
  { what: 'A GIF that is damaged', file: 'GIF:bad: a code that is not there' },
  { what: 'A PPM without numbers', file: 'Netpbm:bad: no numbers' },
  {
    what: 'A WebP whose frame reaches beyond its canvas',
    file: 'WebP:bad: the frame reaches beyond the canvas',
  },
];
