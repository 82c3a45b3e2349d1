/** Bytes of a Parquet file in their order, never beyond their end. */
import { ParquetDamage } from './damage';

/** A number of 64 bits takes ten. */
const MAX_VARINT_BYTES = 10;

export class ByteReader {
  constructor(
    readonly bytes: Uint8Array<ArrayBuffer>,
    /** Where the next byte is. */
    public at = 0,
  ) {}

  get left(): number {
    return this.bytes.length - this.at;
  }

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new ParquetDamage('it ends early');
    return byte;
  }

  take(count: number): Uint8Array<ArrayBuffer> {
    if (!(count >= 0 && count <= this.left)) {
      throw new ParquetDamage(`${count} bytes are claimed where ${this.left} are left`);
    }
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** A four-byte length, and as many bytes. */
  takeBlock(): Uint8Array<ArrayBuffer> {
    const length = this.take(4);
    return this.take(new DataView(length.buffer, length.byteOffset, 4).getUint32(0, true));
  }

  /** ULEB128. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < MAX_VARINT_BYTES; count++) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    throw new ParquetDamage(`a number takes more than ${MAX_VARINT_BYTES} bytes`);
  }

  /** 0, −1, 1, −2 ... as 0, 1, 2, 3 ... */
  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** The same, exact for all 64 bits. */
  zigzag64(): bigint {
    const begin = this.at;
    this.varint();
    let value = 0n;
    for (let at = this.at - 1; at >= begin; at--) {
      value = (value << 7n) | BigInt((this.bytes[at] ?? 0) & 127);
    }
    return (value >> 1n) ^ -(value & 1n);
  }
}

/** `width` bits (at most 32) from a place in bits, the lowest first; zeros beyond the end. */
export function bitsAt(bytes: Uint8Array, place: number, width: number): number {
  let value = 0;
  for (let got = 0; got < width; ) {
    const shift = (place + got) % 8;
    const count = Math.min(8 - shift, width - got);
    const byte = bytes[Math.floor((place + got) / 8)] ?? 0;
    value += ((byte >>> shift) & ((1 << count) - 1)) * 2 ** got;
    got += count;
  }
  return value;
}
