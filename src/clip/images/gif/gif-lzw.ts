/** The indices of a GIF's picture out of its codes (GIF89a, appendix F), with the leniences of Pillow 13's GifDecode.c. */
import { FormatError } from '../../../errors';
import type { Gif } from './gif-blocks';

const MAX_BITS = 12;
const TABLE = 1 << MAX_BITS;

function cutShort(file: string): FormatError {
  return new FormatError(file, 'The GIF is cut short: pixels are missing. Replace the file.');
}

/** The bits of a sequence of sub-blocks, low bits first. */
function codeReader(bytes: Uint8Array, begin: number, file: string): (size: number) => number {
  let at = begin;
  let left = 0;
  let buffer = 0;
  let count = 0;
  return (size) => {
    while (count < size) {
      if (left > 0) {
        buffer |= (bytes[at++] as number) << count;
        count += 8;
        left--;
        continue;
      }
      left = bytes[at++] ?? 0;
      // A block is only begun when all of it is there.
      if (at > bytes.length || at + left > bytes.length) {
        throw cutShort(file);
      }
    }
    const code = buffer & ((1 << size) - 1);
    buffer >>>= size;
    count -= size;
    return code;
  };
}

/** Order of the rows: the first of each pass, and the distance to the next. */
const PASSES = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const;

function rowOrder(height: number, interlaced: boolean): number[] {
  const order: number[] = [];
  for (const [first, step] of interlaced ? PASSES : [[0, 1] as const]) {
    for (let y = first; y < height; y += step) order.push(y);
  }
  return order;
}

/**
 * Indices of the picture, row by row. What follows the last pixel is not looked at, as in Pillow: a picture is whole when
 * its last pixel is there.
 *
 * @throws FormatError where a code does not exist or pixels are missing.
 */
export function gifIndices(bytes: Uint8Array, gif: Gif, file: string): Uint8Array {
  const { bits, pictureWidth: width, pictureHeight: height, interlaced } = gif;
  const broken = () =>
    new FormatError(
      file,
      'The GIF is damaged: it has a code that does not exist. Replace the file.',
    );
  if (bits > MAX_BITS) throw broken();
  const read = codeReader(bytes, gif.dataAt, file);
  const rows = rowOrder(height, interlaced);
  const out = new Uint8Array(width * height);
  const values = new Uint8Array(TABLE);
  const links = new Uint16Array(TABLE);
  const word = new Uint8Array(TABLE);
  const clear = 1 << bits;
  let size = bits + 1;
  let next = clear + 2;
  let isFirst = true;
  let last = 0;
  let previous = 0;
  let x = 0;
  let row = 0;
  const put = (value: number) => {
    // What a word holds beyond the last pixel is dropped.
    if (row >= rows.length) return;
    out[(rows[row] as number) * width + x] = value;
    if (++x < width) return;
    x = 0;
    row++;
  };
  while (row < rows.length) {
    const code = read(size);
    if (code === clear) {
      size = bits + 1;
      next = clear + 2;
      isFirst = true;
      continue;
    }
    if (code === clear + 1) throw cutShort(file);
    // A code leads from the last value of its word to the first; the room is filled from its end.
    let begin = TABLE;
    if (isFirst) {
      if (code > clear) throw broken();
      last = code;
      isFirst = false;
    } else {
      let part = code;
      if (part > next) throw broken();
      if (part === next) {
        word[--begin] = last;
        part = previous;
      }
      while (part >= clear) {
        if (begin <= 0 || part >= TABLE) throw broken();
        word[--begin] = values[part] as number;
        part = links[part] as number;
      }
      last = part;
      if (next < TABLE) {
        values[next] = part;
        links[next] = previous;
        if (next === (1 << size) - 1 && size < MAX_BITS) size++;
        next++;
      }
    }
    previous = code;
    put(last);
    for (let i = begin; i < TABLE; i++) put(word[i] as number);
  }
  return out;
}
