/** The header of a PBM, PGM or PPM, read as leniently as Pillow 13's PpmImagePlugin does. */
import { FormatError } from '../../../errors';
import { checkSize } from '../size-limit';

export interface Netpbm {
  readonly kind: 'bits' | 'grey' | 'rgb';
  /** Numbers as text. */
  readonly plain: boolean;
  readonly width: number;
  readonly height: number;
  /** The sample that stands for full light; 1 for bits. */
  readonly largest: number;
  readonly dataAt: number;
}

const KINDS = ['bits', 'grey', 'rgb'] as const;
const MAX_TOKEN = 10;
const HASH = 0x23;
const NEW_LINES = [0x0a, 0x0d];

/** Blank, tab, line feed, vertical tab, form feed, carriage return. */
export function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** Python's `int`: signs, and underlines between digits. */
export function integer(token: string): number | undefined {
  return /^[+-]?\d+(?:_\d+)*$/.test(token) ? Number(token.replaceAll('_', '')) : undefined;
}

export function damaged(file: string, what: string): FormatError {
  return new FormatError(file, `The Netpbm picture is damaged: ${what}. Replace the file.`);
}

/** @throws FormatError where it is no header, or that of a picture that is too large. */
export function readNetpbm(bytes: Uint8Array, file: string): Netpbm {
  const digit = (bytes[1] ?? 0) - 0x30;
  const kind = KINDS[(digit - 1) % 3];
  if (!kind || !isBlank(bytes[2] ?? 0)) throw damaged(file, 'its header is none');
  let at = 3;
  const next = (what: string): number => {
    let token = '';
    while (token.length <= MAX_TOKEN && at < bytes.length) {
      const byte = bytes[at++] as number;
      if (isBlank(byte)) {
        if (token !== '') break;
      } else if (byte === HASH) {
        // The rest of the line; a number goes on behind it.
        while (at < bytes.length && !NEW_LINES.includes(bytes[at++] as number));
      } else token += String.fromCharCode(byte);
    }
    const value = token.length <= MAX_TOKEN ? integer(token) : undefined;
    if (value === undefined) throw damaged(file, `its header has no ${what}`);
    return value;
  };
  const width = next('width');
  const height = next('height');
  const largest = kind === 'bits' ? 1 : next('largest value');
  if (width < 0 || height < 0 || largest < 1 || largest > 65535) {
    throw damaged(file, 'a number in its header is out of range');
  }
  checkSize(width, height, file);
  return { kind, plain: digit <= 3, width, height, largest, dataAt: at };
}
