/** The chunks of a PNG that matter for its pixels (W3C PNG, third edition, sections 5 and 11). */

import { crc32 } from '../../checkpoint/crc32';
import { joinBytes } from '../../checkpoint/join-bytes';
import { FormatError } from '../../errors';
import { checkSize } from './size-limit';

export interface Png {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  readonly colour: Colour;
  readonly interlaced: boolean;
  /** RGB triples, where there is a palette. */
  readonly palette?: Uint8Array;
  /** Content of the tRNS chunk, as it is. */
  readonly transparency?: Uint8Array;
  /** Content of the eXIf chunk. */
  readonly exif?: Uint8Array;
  /** The zlib stream: all IDAT chunks, joined. */
  readonly compressed: Uint8Array;
}

export type Colour = 'grey' | 'rgb' | 'palette' | 'grey+alpha' | 'rgb+alpha';

const COLOURS: ReadonlyMap<number, { colour: Colour; depths: readonly number[] }> = new Map([
  [0, { colour: 'grey', depths: [1, 2, 4, 8, 16] }],
  [2, { colour: 'rgb', depths: [8, 16] }],
  [3, { colour: 'palette', depths: [1, 2, 4, 8] }],
  [4, { colour: 'grey+alpha', depths: [8, 16] }],
  [6, { colour: 'rgb+alpha', depths: [8, 16] }],
]);

const SIGNATURE_LENGTH = 8;
/** Length, type and checksum around a chunk's content. */
const FRAME_LENGTH = 12;

function join(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 && parts[0] ? parts[0] : joinBytes(parts);
}

type Header = Pick<Png, 'width' | 'height' | 'depth' | 'colour' | 'interlaced'>;

function readHeader(content: Uint8Array, file: string): Header {
  if (content.length < 13) throw new FormatError(file, 'The PNG header (IHDR) is too short.');
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const width = view.getUint32(0);
  const height = view.getUint32(4);
  const depth = view.getUint8(8);
  const kind = COLOURS.get(view.getUint8(9));
  const interlace = view.getUint8(12);
  if (!kind?.depths.includes(depth) || view.getUint8(10) !== 0 || view.getUint8(11) !== 0) {
    throw new FormatError(
      file,
      `The PNG header (IHDR) asks for a kind of picture that PNG does not have: ${depth} bits, colour type ${view.getUint8(9)}.`,
    );
  }
  checkSize(width, height, file);
  return { width, height, depth, colour: kind.colour, interlaced: interlace !== 0 };
}

/**
 * Reads the chunks. Chunks that do not touch the pixels are passed over, damaged or not; a missing end is forgiven, as
 * Pillow forgives it, since the pixels' own length is checked later.
 *
 * @throws FormatError where a chunk that matters is damaged, cut short or missing.
 */
export function readPng(bytes: Uint8Array, file: string): Png {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let header: Header | undefined;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  let exif: Uint8Array | undefined;
  const data: Uint8Array[] = [];
  let at = SIGNATURE_LENGTH;
  while (at + 8 <= bytes.length) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const content = bytes.subarray(at + 8, at + 8 + length);
    const end = at + FRAME_LENGTH + length;
    if (type === 'IEND') break;
    if (!/^[A-Za-z]{4}$/.test(type)) {
      throw new FormatError(file, `The PNG is damaged at byte ${at}: no chunk starts there.`);
    }
    if (['IHDR', 'PLTE', 'tRNS', 'IDAT', 'eXIf'].includes(type)) {
      if (end > bytes.length) {
        throw new FormatError(
          file,
          `The PNG is cut short: its chunk ${type} at byte ${at} is incomplete.`,
        );
      }
      if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
        throw new FormatError(
          file,
          `The PNG is damaged: the checksum of its chunk ${type} at byte ${at} is wrong.`,
        );
      }
    }
    if (type === 'IHDR') header ??= readHeader(content, file);
    else if (!header) break;
    else if (type === 'IDAT') data.push(content);
    else if (type === 'eXIf') exif = content;
    else if (type === 'PLTE' && data.length === 0) palette = content;
    else if (type === 'tRNS' && data.length === 0) transparency = content;
    at = end;
  }
  if (!header) throw new FormatError(file, 'The PNG has no header (IHDR).');
  if (data.length === 0) throw new FormatError(file, 'The PNG has no picture data (IDAT).');
  return { ...header, palette, transparency, exif, compressed: join(data) };
}
