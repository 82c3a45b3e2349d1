/** Longest integer that is read: converting one takes time that grows with the square of its length. */
const MAX_INTEGER_BYTES = 1024;
/** Longest name of a module or a class. */
const MAX_LINE_BYTES = 1024;

/** This pickle is malformed, or asks for something that is not data: a full sentence. */
export class PickleError extends Error {
  override readonly name: string = 'PickleError';
}

/** The bytes at hand end before the pickle does. */
export class PickleEndsEarly extends PickleError {
  override readonly name = 'PickleEndsEarly';
}

/** Reads a pickle's operands: little-endian, except doubles. */
export class ByteCursor {
  private readonly view: DataView;
  private readonly utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(
    private readonly bytes: Uint8Array,
    public position: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  fail(message: string): never {
    throw new PickleError(`its pickle is not valid before byte ${this.position}: ${message}.`);
  }

  /** Passes over `count` bytes and returns where they began. */
  skip(count: number): number {
    const begin = this.position;
    if (count > this.bytes.length - begin) {
      throw new PickleEndsEarly(`its pickle ends in the middle, at byte ${this.bytes.length}.`);
    }
    this.position += count;
    return begin;
  }

  u8(): number {
    return this.view.getUint8(this.skip(1));
  }

  u16(): number {
    return this.view.getUint16(this.skip(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.skip(4), true);
  }

  i32(): number {
    return this.view.getInt32(this.skip(4), true);
  }

  /** Lengths: beyond 2^53 they are rounded, and beyond every file. */
  u64(): number {
    return Number(this.view.getBigUint64(this.skip(8), true));
  }

  f64(): number {
    return this.view.getFloat64(this.skip(8), false);
  }

  /** Two's complement of any length; a bigint where a number would round it. */
  integer(length: number): number | bigint {
    if (length > MAX_INTEGER_BYTES) this.fail(`an integer has ${length} bytes`);
    const bytes = this.bytesOf(length);
    if (length === 0) return 0;
    const digits = Array.from(bytes.toReversed(), (byte) => byte.toString(16).padStart(2, '0'));
    const value = BigInt.asIntN(8 * length, BigInt(`0x${digits.join('')}`));
    const rounded = Number(value);
    return Number.isSafeInteger(rounded) ? rounded : value;
  }

  text(length: number): string {
    return this.utf8.decode(this.bytesOf(length));
  }

  bytesOf(length: number): Uint8Array {
    const begin = this.skip(length);
    return this.bytes.subarray(begin, begin + length);
  }

  /** Text up to the next line feed, which is passed over. */
  line(): string {
    const limit = this.position + MAX_LINE_BYTES;
    const end = this.bytes.subarray(0, limit).indexOf(0x0a, this.position);
    if (end < 0 && limit <= this.bytes.length) this.fail('a name is too long');
    const text = this.text(end < 0 ? MAX_LINE_BYTES : end - this.position);
    this.position++;
    return text;
  }
}
