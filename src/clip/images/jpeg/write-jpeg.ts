/** Three components' coefficients as a sequential JPEG: the same pixels under a header of choice. */
import type { Component } from './coefficients';
import { ScanError } from './huffman';

/** What Adobe's segment says of three components: RGB as it is, or YCbCr. */
export type Transform = 0 | 1;

/** Codes of 5 bits for the sizes of DC differences, of 8 for runs and sizes: short tables instead of short files. */
const DC_BITS = 5;
const AC_BITS = 8;
const DC_SYMBOLS = Array.from({ length: 16 }, (_, size) => size);
const END_OF_BLOCK = 0x00;
const SIXTEEN_ZEROS = 0xf0;
const AC_SYMBOLS = [
  END_OF_BLOCK,
  SIXTEEN_ZEROS,
  ...Array.from({ length: 240 }, (_, n) => (Math.floor(n / 15) << 4) | ((n % 15) + 1)),
];
/** By symbol. */
const AC_CODES = new Map(AC_SYMBOLS.map((symbol, code) => [symbol, code]));

class Writer {
  private bytes = new Uint8Array(1 << 16);
  private length = 0;
  private buffer = 0;
  private count = 0;

  byte(value: number): void {
    if (this.length === this.bytes.length) {
      const larger = new Uint8Array(2 * this.length);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[this.length++] = value;
  }

  segment(marker: number, content: readonly number[]): void {
    const size = content.length + 2;
    for (const value of [0xff, marker, size >> 8, size & 255, ...content]) this.byte(value);
  }

  /** At most 16 bits. */
  bits(value: number, size: number): void {
    this.buffer = (this.buffer << size) | (value & ((1 << size) - 1));
    this.count += size;
    while (this.count >= 8) {
      this.count -= 8;
      const byte = (this.buffer >> this.count) & 255;
      this.byte(byte);
      if (byte === 255) this.byte(0);
    }
    this.buffer &= 255;
  }

  /** Fills the last byte with ones. */
  flush(): void {
    if (this.count > 0) this.bits(127, 8 - this.count);
  }

  done(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }
}

/** @throws ScanError where a coefficient is larger than any picture of 8 bits has. */
function sizeOf(value: number): number {
  const size = 32 - Math.clz32(Math.abs(value));
  if (size > 15) throw new ScanError('a coefficient is too large');
  return size;
}

function writeSigned(writer: Writer, value: number, size: number): void {
  if (size > 0) writer.bits(value < 0 ? value - 1 : value, size);
}

function writeBlock(writer: Writer, coefficients: Int16Array, at: number, before: number): void {
  const difference = (coefficients[at] as number) - before;
  const dcSize = sizeOf(difference);
  writer.bits(dcSize, DC_BITS);
  writeSigned(writer, difference, dcSize);
  let zeros = 0;
  for (let k = 1; k < 64; k++) {
    const value = coefficients[at + k] as number;
    if (value === 0) {
      zeros++;
      continue;
    }
    for (; zeros > 15; zeros -= 16) writer.bits(AC_CODES.get(SIXTEEN_ZEROS) ?? 0, AC_BITS);
    const size = sizeOf(value);
    writer.bits(AC_CODES.get((zeros << 4) | size) ?? 0, AC_BITS);
    writeSigned(writer, value, size);
    zeros = 0;
  }
  if (zeros > 0) writer.bits(AC_CODES.get(END_OF_BLOCK) ?? 0, AC_BITS);
}

function writeScan(writer: Writer, number: number, component: Component): void {
  writer.segment(0xda, [1, number, 0, 0, 63, 0]);
  const { rows, columns, stride, coefficients } = component;
  let before = 0;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const at = (y * stride + x) * 64;
      writeBlock(writer, coefficients, at, before);
      before = coefficients[at] as number;
    }
  }
  writer.flush();
}

/** Number of codes of 1 to 16 bits, where all have one length. */
function counts(bits: number, count: number): number[] {
  return Array.from({ length: 16 }, (_, n) => (n + 1 === bits ? count : 0));
}

/**
 * A JPEG of the components, each in a scan of its own, so that no limit on interleaved blocks applies.
 * @throws ScanError where a coefficient is too large
 */
export function writeJpeg(
  components: readonly [Component, Component, Component],
  { width, height }: { readonly width: number; readonly height: number },
  transform: Transform,
): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writer.byte(0xff);
  writer.byte(0xd8);
  const adobe = Array.from('Adobe', (letter) => letter.charCodeAt(0));
  writer.segment(0xee, [...adobe, 0, 100, 0, 0, 0, 0, transform]);
  for (const [n, { quantisation }] of components.entries()) {
    writer.segment(0xdb, [16 + n, ...Array.from(quantisation).flatMap((q) => [q >> 8, q & 255])]);
  }
  writer.segment(0xc1, [
    ...[8, height >> 8, height & 255, width >> 8, width & 255, 3],
    ...components.flatMap(({ h, v }, n) => [n, (h << 4) | v, n]),
  ]);
  writer.segment(0xc4, [0x00, ...counts(DC_BITS, DC_SYMBOLS.length), ...DC_SYMBOLS]);
  writer.segment(0xc4, [0x10, ...counts(AC_BITS, AC_SYMBOLS.length), ...AC_SYMBOLS]);
  for (const [n, component] of components.entries()) writeScan(writer, n, component);
  writer.byte(0xff);
  writer.byte(0xd9);
  return writer.done();
}
