/** What a TIFF holds and how, from its directory, with the defaults of Pillow 13's TiffImagePlugin. */
import { FormatError } from '../../../errors';
import { type Orientation, orientationOf } from '../orientation';
import { checkSize } from '../size-limit';
import { type Directory, readDirectory, TAG } from './tiff-directory';

export type Compression = 'none' | 'LZW' | 'Deflate' | 'PackBits';

export interface Tiff {
  readonly width: number;
  readonly height: number;
  readonly littleEndian: boolean;
  readonly photometric: number;
  readonly compression: Compression;
  /** Of every sample. */
  readonly bits: number;
  /** Samples of a pixel, with the extra ones. */
  readonly samples: number;
  readonly extra: readonly number[];
  /** 1 unsigned, 2 signed, 3 floating point. */
  readonly sampleFormat: number;
  /** Are the bits of every byte stored the other way round? */
  readonly isReversed: boolean;
  /** Is every sample in strips or tiles of its own? */
  readonly isPlanar: boolean;
  /** Samples that are stored, where `isPlanar`: unspecified ones at the end are left out of `samples`. */
  readonly planes: number;
  /** Are differences stored? */
  readonly isPredicted: boolean;
  readonly chunks: Chunks;
  /** As it stands: all reds, all greens, all blues. */
  readonly colorMap?: readonly number[];
  readonly orientation: Orientation;
}

/** Strips are tiles as wide as the picture. */
export interface Chunks {
  readonly width: number;
  readonly height: number;
  readonly isTiled: boolean;
  readonly offsets: readonly number[];
  readonly byteCounts?: readonly number[];
}

const COMPRESSIONS: Readonly<Record<number, Compression>> = {
  1: 'none',
  5: 'LZW',
  8: 'Deflate',
  32773: 'PackBits',
  32946: 'Deflate',
};
const UNREAD_COMPRESSIONS: Readonly<Record<number, string>> = {
  2: 'CCITT',
  3: 'CCITT Group 3',
  4: 'CCITT Group 4',
  6: 'old JPEG',
  7: 'JPEG',
  34925: 'LZMA',
  50000: 'Zstandard',
  50001: 'WebP',
};

export function unread(file: string, what: string): FormatError {
  return new FormatError(file, `The TIFF has ${what}, which cannot be read. Convert it to PNG.`);
}

function readCompression(directory: Directory, file: string): Compression {
  const number = directory.one(TAG.compression, 1);
  const compression = COMPRESSIONS[number];
  if (compression) return compression;
  throw unread(file, `${UNREAD_COMPRESSIONS[number] ?? `unknown (${number})`} compression`);
}

function readBits(directory: Directory, samples: number, file: string): number {
  const given = directory.all(TAG.bits) ?? [1];
  const [bits = 1] = given;
  const used = given.slice(0, samples);
  if ((given.length !== 1 && given.length < samples) || used.some((other) => other !== bits)) {
    throw unread(file, `samples of ${given.join(', ')} bits`);
  }
  return bits;
}

function readChunks(directory: Directory, width: number, height: number, file: string): Chunks {
  const strips = directory.all(TAG.stripOffsets);
  const tiles = directory.all(TAG.tileOffsets);
  const offsets = strips ?? tiles;
  if (!offsets || (strips && tiles)) throw unread(file, 'neither strips nor tiles, or both');
  if (strips) {
    const rows = directory.one(TAG.rowsPerStrip, height);
    const byteCounts = directory.all(TAG.stripByteCounts);
    return {
      width,
      height: Math.min(rows, height),
      isTiled: false,
      offsets,
      ...(byteCounts ? { byteCounts } : {}),
    };
  }
  const byteCounts = directory.all(TAG.tileByteCounts);
  const size = { width: directory.one(TAG.tileWidth), height: directory.one(TAG.tileHeight) };
  checkSize(size.width, size.height, file);
  return { ...size, isTiled: true, offsets, ...(byteCounts ? { byteCounts } : {}) };
}

function readOrientation(directory: Directory): Orientation {
  const stated = directory.all(TAG.orientation)?.[0];
  const xmp = directory.bytes(TAG.xmp);
  return orientationOf({ stated, xmp });
}

/** @throws FormatError where something is missing, damaged, too large, or of a kind that is not read. */
export function readTiff(bytes: Uint8Array, file: string): Tiff {
  const directory = readDirectory(bytes, file);
  const [width, height] = [directory.one(TAG.width), directory.one(TAG.height)];
  checkSize(width, height, file);
  const compression = readCompression(directory, file);
  const formats = directory.all(TAG.sampleFormat) ?? [1];
  if (formats.some((format) => format !== formats[0]))
    throw unread(file, 'samples of several kinds');
  const planar = directory.one(TAG.planar, 1);
  if (planar !== 1 && planar !== 2) throw unread(file, `planar configuration ${planar}`);
  const isPlanar = planar === 2;
  const planes = directory.one(TAG.samples, 1);
  const given = directory.all(TAG.extraSamples) ?? [];
  // Unspecified samples at the end that have planes of their own are passed over.
  const isTrimmed = isPlanar && given.length > 0 && given.every((kind) => kind === 0);
  const extra = isTrimmed ? [] : given;
  const samples = isTrimmed ? planes - given.length : planes;
  const fillOrder = directory.one(TAG.fillOrder, 1);
  if (fillOrder !== 1 && fillOrder !== 2) throw unread(file, `fill order ${fillOrder}`);
  const hasPredictor = compression === 'LZW' || compression === 'Deflate';
  const predictor = hasPredictor ? directory.one(TAG.predictor, 1) : 1;
  if (predictor !== 1 && predictor !== 2) throw unread(file, `predictor ${predictor}`);
  const colorMap = directory.all(TAG.colorMap);
  return {
    width,
    height,
    littleEndian: directory.littleEndian,
    photometric: directory.one(TAG.photometric, 0),
    compression,
    bits: readBits(directory, samples, file),
    samples,
    extra,
    sampleFormat: formats[0] ?? 1,
    isReversed: fillOrder === 2,
    isPlanar,
    planes,
    isPredicted: predictor === 2,
    chunks: readChunks(directory, width, height, file),
    ...(colorMap ? { colorMap } : {}),
    orientation: readOrientation(directory),
  };
}
