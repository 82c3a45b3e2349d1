/**
 * PBM, PGM and PPM (P1 to P6) as Pillow 13 reads them, with its scaling of samples: colours to 8 bits; grey of more than 8
 * bits to 16 bits, which then clip at 255 on the way to RGB. Own code: npm has no kept reader of it.
 */
import type { RgbImage } from '../../types';
import { takeBytes, viewOf } from '../bytes';
import { roundHalfEven } from '../round';
import { damaged, type Netpbm, readNetpbm } from './netpbm-header';
import { plainBits, plainNumbers } from './plain-numbers';

/** The 8-bit sample of every sample that the file can hold. */
function scale({ kind, plain, largest }: Netpbm): Uint8Array {
  const isWideGrey = kind === 'grey' && largest > 255;
  const full = isWideGrey ? 65535 : 255;
  const table = new Uint8Array(largest > 255 ? 65536 : 256);
  for (let sample = 0; sample < table.length; sample++) {
    // Grey of 16 bits needs no scaling, and plain numbers above the largest are refused before.
    const isAsItIs = largest === full && !plain;
    const value = isAsItIs ? sample : roundHalfEven((sample / largest) * full);
    table[sample] = Math.min(255, value);
  }
  return table;
}

function grey(samples: ArrayLike<number>, table: Uint8Array): Uint8Array {
  const data = new Uint8Array(samples.length * 3);
  for (let i = 0, o = 0; i < samples.length; i++, o += 3) {
    const level = table[samples[i] as number] as number;
    data[o] = level;
    data[o + 1] = level;
    data[o + 2] = level;
  }
  return data;
}

function colour(samples: ArrayLike<number>, table: Uint8Array): Uint8Array {
  return Uint8Array.from(samples, (sample) => table[sample] as number);
}

/** A set bit is black. */
const BIT_TABLE = Uint8Array.of(255, 0);

function binaryBits(bytes: Uint8Array, { width, height, dataAt }: Netpbm, file: string) {
  const stride = Math.ceil(width / 8);
  const rows = takeBytes(bytes, dataAt, stride * height, 'PBM', file);
  const bits = new Uint8Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      bits[i] = ((rows[y * stride + (x >> 3)] as number) >> (7 - (x & 7))) & 1;
    }
  }
  return bits;
}

function binarySamples(bytes: Uint8Array, count: number, picture: Netpbm, file: string) {
  const wide = picture.largest > 255;
  const format = picture.kind === 'grey' ? 'PGM' : 'PPM';
  const rows = takeBytes(bytes, picture.dataAt, wide ? 2 * count : count, format, file);
  if (!wide) return rows;
  const view = viewOf(rows);
  return Uint16Array.from({ length: count }, (_, i) => view.getUint16(2 * i));
}

/** @throws FormatError where the file is damaged, cut short or too large. */
export function decodeNetpbm(bytes: Uint8Array<ArrayBuffer>, file: string): RgbImage {
  const picture = readNetpbm(bytes, file);
  const { kind, plain, width, height, largest, dataAt } = picture;
  const count = width * height * (kind === 'rgb' ? 3 : 1);
  const text = bytes.subarray(dataAt);
  // Every plain number takes a byte at least.
  if (plain && text.length < count) throw damaged(file, 'it is cut short');
  if (kind === 'bits') {
    const bits = plain ? plainBits(text, count, file) : binaryBits(bytes, picture, file);
    return { width, height, data: grey(bits, BIT_TABLE) };
  }
  const samples = plain
    ? plainNumbers(text, count, largest, file)
    : binarySamples(bytes, count, picture, file);
  return { width, height, data: (kind === 'rgb' ? colour : grey)(samples, scale(picture)) };
}
