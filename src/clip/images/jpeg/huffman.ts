/** Huffman codes of a JPEG's scans (ITU-T T.81, annexes C and F.2.2.3). */

/** The data of a scan is damaged. Caught where the file's name is known. */
export class ScanError extends Error {
  override readonly name = 'ScanError';
}

/** By the next 16 bits: the code's length in the high byte, its symbol in the low one; 0 where no code begins so. */
export type HuffmanTable = Uint16Array;

/** @param counts - number of codes of 1 to 16 bits
 *  @throws ScanError where there are more codes than bits can tell apart */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const table = new Uint16Array(65536);
  let at = 0;
  let symbol = 0;
  for (let length = 1; length <= 16; length++) {
    const span = 1 << (16 - length);
    for (let n = 0; n < (counts[length - 1] as number); n++) {
      if (at + span > table.length || symbol >= symbols.length) {
        throw new ScanError('a table of codes is damaged');
      }
      table.fill((length << 8) | (symbols[symbol++] as number), at, at + span);
      at += span;
    }
  }
  return table;
}

const MARKER = 0xff;

/** The bits of one scan, high bits first, without the zeros that are stuffed after 0xFF. */
export class BitReader {
  private buffer = 0;
  private count = 0;
  /** Bytes of zeros that were made up because a marker ends the data. */
  private missing = 0;

  constructor(
    private readonly bytes: Uint8Array,
    /** Next byte to be read; a marker's first byte where the data has ended. */
    public at: number,
  ) {}

  private fill(needed: number): void {
    while (this.count < needed) {
      let byte = this.bytes[this.at];
      if (byte === undefined || (byte === MARKER && this.bytes[this.at + 1] !== 0)) {
        byte = 0;
        this.missing++;
      } else this.at += byte === MARKER ? 2 : 1;
      this.buffer = ((this.buffer & 0xffff) << 8) | byte;
      this.count += 8;
    }
  }

  /** @throws ScanError where more bits were used than there are. */
  private drop(bits: number): void {
    this.count -= bits;
    if (this.missing * 8 > this.count) throw new ScanError('data is missing');
  }

  bits(size: number): number {
    if (size === 0) return 0;
    this.fill(size);
    const value = (this.buffer >> (this.count - size)) & ((1 << size) - 1);
    this.drop(size);
    return value;
  }

  symbol(table: HuffmanTable): number {
    this.fill(16);
    const entry = table[(this.buffer >> (this.count - 16)) & 0xffff] as number;
    if (entry === 0) throw new ScanError('a code does not exist');
    this.drop(entry >> 8);
    return entry & 255;
  }

  /** A value of `size` bits whose first bit tells its sign (T.81, F.2.2.1). */
  signed(size: number): number {
    const value = this.bits(size);
    return size > 0 && value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  /** Goes past the restart marker that stands here. @throws ScanError where there is none. */
  restart(): void {
    const marker = this.bytes[this.at + 1] ?? 0;
    if (this.bytes[this.at] !== MARKER || marker < 0xd0 || marker > 0xd7) {
      throw new ScanError('a restart marker is missing');
    }
    this.at += 2;
    this.count = 0;
    this.missing = 0;
  }
}
