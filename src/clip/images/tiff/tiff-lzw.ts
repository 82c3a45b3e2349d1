/** TIFF's LZW (TIFF 6.0, section 13): high bits first, codes grow one code early. */
import { ChunkError } from './chunk-error';

const CLEAR = 256;
const END = 257;
const FIRST = 258;
const TABLE = 4096;
const MAX_BITS = 12;

/**
 * Unpacks `size` bytes; what follows them is not looked at.
 * @throws ChunkError where there are fewer, a code does not exist, or the codes are of the kind before TIFF 5
 */
export function unpackLzw(data: Uint8Array, size: number): Uint8Array {
  if (data[0] === 0 && ((data[1] ?? 0) & 1) !== 0)
    throw new ChunkError('its LZW is of an old kind');
  const out = new Uint8Array(size);
  /** Where in `out` the word of a code stands, and how long it is. */
  const places = new Uint32Array(TABLE);
  const lengths = new Uint32Array(TABLE);
  let next = FIRST;
  let bits = 9;
  let buffer = 0;
  let count = 0;
  let at = 0;
  let filled = 0;
  /** The word before: its place and length; none after a clear code. */
  let lastAt = 0;
  let lastLength = 0;
  while (filled < size) {
    while (count < bits) {
      if (at >= data.length) throw new ChunkError(`${filled} of ${size} bytes are there`);
      buffer = ((buffer << 8) | (data[at++] as number)) & 0xffffff;
      count += 8;
    }
    const code = (buffer >> (count - bits)) & ((1 << bits) - 1);
    count -= bits;
    if (code === END) throw new ChunkError(`${filled} of ${size} bytes are there`);
    if (code === CLEAR) {
      next = FIRST;
      bits = 9;
      lastLength = 0;
      continue;
    }
    const isNew = code === next && lastLength > 0;
    if (code > END && code >= next && !isNew)
      throw new ChunkError('its LZW has a code that does not exist');
    const place = filled;
    if (code < CLEAR) out[filled++] = code;
    else {
      const from = isNew ? lastAt : (places[code] as number);
      const length = isNew ? lastLength + 1 : (lengths[code] as number);
      // A word that is being made may overlap what it is copied from.
      for (let i = 0; i < length && filled < size; i++) out[filled++] = out[from + i] as number;
    }
    if (lastLength > 0 && next < TABLE) {
      places[next] = lastAt;
      lengths[next] = lastLength + 1;
      next++;
      if (next >= (1 << bits) - 1 && bits < MAX_BITS) bits++;
    }
    lastAt = place;
    lastLength = filled - place;
  }
  return out;
}
