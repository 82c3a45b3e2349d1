/** The numbers of a plain PBM, PGM or PPM: text with comments, as Pillow 13 takes it apart. */
import { damaged, integer, isBlank } from './netpbm-header';

const HASH = 0x23;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const ZERO = 0x30;
const MAX_TOKEN = 10;

/** Without comments and the ends of their lines, so that what stands before and after one is joined. */
function withoutComments(text: Uint8Array): Uint8Array {
  if (!text.includes(HASH)) return text;
  const out = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === HASH) {
      while (at < text.length && text[at] !== LINE_FEED && text[at] !== CARRIAGE_RETURN) at++;
    } else out[length++] = text[at] as number;
  }
  return out.subarray(0, length);
}

/** Bits need no blanks between them. @throws FormatError for anything else, also after the last */
export function plainBits(text: Uint8Array, count: number, file: string): Uint8Array {
  const digits = withoutComments(text).filter((byte) => !isBlank(byte));
  if (digits.some((byte) => byte !== ZERO && byte !== ZERO + 1)) {
    throw damaged(file, 'it holds something else than bits');
  }
  if (digits.length < count) throw damaged(file, 'it is cut short');
  return digits.slice(0, count).map((byte) => byte - ZERO);
}

/** @throws FormatError where there are too few numbers, or one is not between 0 and `largest` */
export function plainNumbers(
  text: Uint8Array,
  count: number,
  largest: number,
  file: string,
): Uint16Array {
  const content = withoutComments(text);
  const numbers = new Uint16Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    while (at < content.length && isBlank(content[at] as number)) at++;
    const begin = at;
    while (at < content.length && !isBlank(content[at] as number)) at++;
    if (begin === at) throw damaged(file, 'it is cut short');
    const isLong = at - begin > MAX_TOKEN;
    const value = isLong ? undefined : integer(String.fromCharCode(...content.subarray(begin, at)));
    if (value === undefined || value < 0 || value > largest) {
      throw damaged(file, `it holds something else than numbers from 0 to ${largest}`);
    }
    numbers[i] = value;
  }
  return numbers;
}
