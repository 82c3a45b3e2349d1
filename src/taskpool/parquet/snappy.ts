/** Snappy's raw format: https://github.com/google/snappy/blob/main/format_description.txt */
import { ByteReader } from './byte-reader';
import { ParquetDamage } from './damage';

/** @throws ParquetDamage where it is no Snappy, or unpacks to more than `size` bytes or fewer */
export function unpackSnappy(
  packed: Uint8Array<ArrayBuffer>,
  size: number,
): Uint8Array<ArrayBuffer> {
  const reader = new ByteReader(packed);
  const claimed = reader.varint();
  if (claimed !== size) throw new ParquetDamage(`it unpacks to ${claimed} bytes, not ${size}`);
  const out = new Uint8Array(size);
  // Most elements are a few bytes long, so that calls would take most of the time.
  let from = reader.at;
  let at = 0;
  while (from < packed.length) {
    const tag = packed[from++] ?? 0;
    const kind = tag & 3;
    const upper = tag >> 2;
    const extra = kind === 0 ? Math.max(0, upper - 59) : kind === 3 ? 4 : kind;
    if (extra > packed.length - from) throw new ParquetDamage('it ends early');
    let number = 0;
    for (let place = 0; place < extra; place++) number += (packed[from++] ?? 0) * 256 ** place;
    if (kind === 0) {
      const length = 1 + (extra > 0 ? number : upper);
      if (length > size - at) throw new ParquetDamage(`it unpacks to more than ${size} bytes`);
      if (length > packed.length - from) throw new ParquetDamage('it ends early');
      if (length > 32) out.set(packed.subarray(from, from + length), at);
      else for (let index = 0; index < length; index++) out[at + index] = packed[from + index] ?? 0;
      from += length;
      at += length;
      continue;
    }
    const length = kind === 1 ? 4 + (upper & 7) : 1 + upper;
    const offset = kind === 1 ? (tag >> 5) * 256 + number : number;
    if (!(offset > 0 && offset <= at && length <= size - at)) {
      throw new ParquetDamage(`it repeats ${length} bytes from ${offset} before byte ${at}`);
    }
    // A copy may go on into what it makes.
    for (const end = at + length; at < end; at++) out[at] = out[at - offset] ?? 0;
  }
  if (at !== size) throw new ParquetDamage(`it unpacks to ${at} bytes, not ${size}`);
  return out;
}
