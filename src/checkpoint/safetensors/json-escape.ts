/** Escape sequences of JSON strings, byte by byte: what they stand for, and its UTF-8. */

const BACKSLASH = 0x5c;
const SMALL_U = 0x75;

/** By the letter after the backslash: the byte that a short escape stands for, 0 where it is none. */
const SHORT = new Uint8Array(256);
for (const [letter, value] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  SHORT[(letter ?? '').charCodeAt(0)] = (value ?? '').charCodeAt(0);
}

/**
 * The character that the escape sequence at `position` stands for, or undefined where it is malformed or half of a
 * surrogate pair. `escapeLength` tells how long the sequence is.
 */
export function escapedCodePoint(bytes: Uint8Array, position: number): number | undefined {
  const letter = bytes[position + 1] ?? 0;
  if (letter !== SMALL_U) return SHORT[letter] || undefined;
  const unit = hex4(bytes, position + 2);
  if (unit === undefined || unit < 0xd800 || unit > 0xdfff) return unit;
  if (bytes[position + 6] !== BACKSLASH || bytes[position + 7] !== SMALL_U) return undefined;
  const low = hex4(bytes, position + 8) ?? 0;
  if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff) return undefined;
  return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

/** Bytes of the well-formed escape sequence at `position`, given what it stands for. */
export function escapeLength(bytes: Uint8Array, position: number, codePoint: number): number {
  if (bytes[position + 1] !== SMALL_U) return 2;
  return codePoint > 0xffff ? 12 : 6;
}

/** Writes a character as UTF-8 and returns the position after it. No escape is shorter than its character's UTF-8. */
export function putUtf8(bytes: Uint8Array, position: number, codePoint: number): number {
  if (codePoint < 0x80) {
    bytes[position] = codePoint;
    return position + 1;
  }
  const more = codePoint < 0x800 ? 1 : codePoint < 0x10000 ? 2 : 3;
  const lead = [0, 0xc0, 0xe0, 0xf0][more] ?? 0;
  bytes[position] = lead | (codePoint >> (6 * more));
  for (let i = 1; i <= more; i++) {
    bytes[position + i] = 0x80 | ((codePoint >> (6 * (more - i))) & 0x3f);
  }
  return position + more + 1;
}

function hex4(bytes: Uint8Array, position: number): number | undefined {
  let value = 0;
  for (let i = position; i < position + 4; i++) {
    const digit = hexDigit(bytes[i] ?? 0);
    if (digit < 0) return undefined;
    value = value * 16 + digit;
  }
  return value;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const small = byte | 0x20;
  return small >= 0x61 && small <= 0x66 ? small - 0x61 + 10 : -1;
}
