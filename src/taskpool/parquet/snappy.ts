/** Snappy's raw format: https://github.com/google/snappy/blob/main/format_description.txt */
import { ByteReader } from './byte-reader';
import { ParquetDamage } from './damage';

/** @throws ParquetDamage where it is no Snappy, or unpacks to more than `size` bytes or fewer */
export function unpackSnappy(
  packed: Uint8Array<ArrayBuffer>,
  size: number,
): Uint8Array<ArrayBuffer> {
  const reader = new ByteReader(packed);
  const out = new Uint8Array(size);
  const claimed = reader.varint();
  if (claimed !== size) throw new ParquetDamage(`it unpacks to ${claimed} bytes, not ${size}`);
  let at = 0;
  const numberOf = (bytes: number) => {
    let value = 0;
    for (let place = 0; place < bytes; place++) value += reader.byte() * 256 ** place;
    return value;
  };
  while (reader.left > 0) {
    const tag = reader.byte();
    const kind = tag & 3;
    const upper = tag >> 2;
    if (kind === 0) {
      const length = 1 + (upper < 60 ? upper : numberOf(upper - 59));
      if (length > size - at) throw new ParquetDamage(`it unpacks to more than ${size} bytes`);
      out.set(reader.take(length), at);
      at += length;
      continue;
    }
    const length = kind === 1 ? 4 + (upper & 7) : 1 + upper;
    const offset = kind === 1 ? ((tag >> 5) << 8) + reader.byte() : numberOf(kind === 2 ? 2 : 4);
    if (!(offset > 0 && offset <= at && length <= size - at)) {
      throw new ParquetDamage(`it repeats ${length} bytes from ${offset} before byte ${at}`);
    }
    // A copy may go on into what it makes.
    if (offset >= length) out.copyWithin(at, at - offset, at - offset + length);
    else
      for (let index = 0; index < length; index++) out[at + index] = out[at + index - offset] ?? 0;
    at += length;
  }
  if (at !== size) throw new ParquetDamage(`it unpacks to ${at} bytes, not ${size}`);
  return out;
}
