/**
 * A strict JSON reader over bytes, for safetensors headers. `JSON.parse` cannot be it: it keeps the last of duplicate
 * keys, does not tell `1.0` from `1`, rounds large integers and accepts lone surrogates. What is accepted here is
 * what serde_json accepts, through which the reference reads its headers; the caller pulls the values it expects.
 * It works byte by byte, so that a header of 100 MB takes about a second and no memory but the strings asked for.
 */
import { escapedCodePoint, escapeLength, putUtf8 } from './json-escape';

/** serde_json allows 127 arrays and objects inside each other (its `remaining_depth` starts at 128). */
const MAX_DEPTH = 127;
const U64_MAX = 2n ** 64n - 1n;
/** Every integer of so many digits is exact as a number. */
const EXACT_DIGITS = 15;
/** Longest string worth looking up among those met before: every tensor repeats its field names and its type. */
const SHORT_STRING = 12;
const RECENT_STRINGS = 64;

const CODES = { quote: 0x22, backslash: 0x5c, comma: 0x2c, colon: 0x3a, minus: 0x2d } as const;
const OPEN_OBJECT = 0x7b;
const OPEN_ARRAY = 0x5b;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const SMALL_E = 0x65;
const LITERALS = ['true', 'false', 'null'];

/** Raised with the byte position inside the scanned text; the caller knows the file and adds it. */
export class JsonError extends Error {
  override readonly name = 'JsonError';

  constructor(
    message: string,
    readonly position: number,
  ) {
    super(message);
  }
}

export class JsonScanner {
  private at = 0;
  private depth = 0;
  private readonly utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  private readonly recent = new Array<string>(RECENT_STRINGS).fill('');

  /** Escaped strings are unescaped in place: the scanner owns `bytes` from now on. */
  constructor(private readonly bytes: Uint8Array<ArrayBuffer>) {}

  fail(message: string, position = this.at): never {
    throw new JsonError(message, position);
  }

  /** Byte position of the next character that is not white space. */
  position(): number {
    this.peek();
    return this.at;
  }

  atObject(): boolean {
    return this.peek() === OPEN_OBJECT;
  }

  atArray(): boolean {
    return this.peek() === OPEN_ARRAY;
  }

  /** Requires that nothing but white space is left. */
  end(): void {
    if (this.peek() !== -1) this.fail('there is more after the end of the JSON object');
  }

  /** Reads an object; `onMember` gets each key and where it stands, and must read its value. */
  object(what: string, onMember: (key: string, position: number) => void): void {
    if (!this.atObject()) this.fail(`${what} must be an object`);
    this.items('}', () => {
      const position = this.position();
      const key = this.string('a key');
      if (this.peek() !== CODES.colon) this.fail('":" expected after a key');
      this.at++;
      onMember(key, position);
    });
  }

  /** Reads an array; `onElement` must read one element each time. */
  array(what: string, onElement: (index: number) => void): void {
    if (!this.atArray()) this.fail(`${what} must be an array`);
    let index = 0;
    this.items(']', () => onElement(index++));
  }

  string(what: string): string {
    if (this.peek() !== CODES.quote) this.fail(`${what} must be a string`);
    const begin = this.at + 1;
    const { end, ascii } = this.closeString();
    return ascii && end - begin <= SHORT_STRING
      ? this.shortString(begin, end)
      : this.decode(begin, end);
  }

  /** An integer from 0 to 2^64 - 1 without fraction, exponent or sign; a bigint where a number would round it. */
  unsigned(what: string): number | bigint {
    const begin = this.position();
    const digits = this.digits();
    const after = this.bytes[this.at] ?? 0;
    const isWhole = after !== POINT && (after | 0x20) !== SMALL_E;
    if (digits > 0 && isWhole && !(digits > 1 && this.bytes[begin] === ZERO)) {
      if (digits <= EXACT_DIGITS) {
        let value = 0;
        for (let i = begin; i < this.at; i++) value = value * 10 + ((this.bytes[i] ?? 0) - ZERO);
        return value;
      }
      // 2^64 has 20 digits; the bound keeps BigInt from reading megabytes of them.
      const value = digits <= 20 ? BigInt(this.decode(begin, this.at)) : U64_MAX + 1n;
      if (value <= Number.MAX_SAFE_INTEGER) return Number(value);
      if (value <= U64_MAX) return value;
    }
    return this.fail(`${what} must be a whole number from 0 to 2^64 - 1`, begin);
  }

  /** Reads `null` if it stands here. */
  null(): boolean {
    return this.literal('null');
  }

  /** Reads any one value and forgets it; it must still be well-formed. */
  skip(): void {
    const byte = this.peek();
    if (byte === CODES.quote) {
      const begin = this.at + 1;
      const { end, ascii } = this.closeString();
      if (!ascii) this.decode(begin, end);
    } else if (byte === OPEN_OBJECT) this.object('a value', this.skipItem);
    else if (byte === OPEN_ARRAY) this.array('a value', this.skipItem);
    else if (byte === CODES.minus || (byte >= ZERO && byte <= NINE)) this.skipNumber();
    else if (!LITERALS.some((word) => this.literal(word))) this.fail('a JSON value expected');
  }

  private readonly skipItem = (): void => this.skip();

  /** The next byte that is not white space, unread; -1 at the end. */
  private peek(): number {
    for (;;) {
      const byte = this.bytes[this.at] ?? -1;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.at++;
    }
  }

  /** What is between an opening bracket, which stands here, and `close`. */
  private items(close: '}' | ']', item: () => void): void {
    const closeCode = close.charCodeAt(0);
    if (++this.depth > MAX_DEPTH) this.fail(`nested deeper than ${MAX_DEPTH} levels`);
    this.at++;
    if (this.peek() !== closeCode) {
      item();
      while (this.peek() === CODES.comma) {
        this.at++;
        item();
      }
      if (this.peek() !== closeCode) this.fail(`"," or "${close}" expected`);
    }
    this.at++;
    this.depth--;
  }

  private literal(word: string): boolean {
    const begin = this.position();
    for (let i = 0; i < word.length; i++) {
      if (this.bytes[begin + i] !== word.charCodeAt(i)) return false;
    }
    this.at = begin + word.length;
    return true;
  }

  /** Checks a number: well-formed, and finite as a double. */
  private skipNumber(): void {
    const begin = this.at;
    if (this.bytes[begin] === CODES.minus) this.at++;
    const first = this.at;
    const digits = this.digits();
    let wellFormed = digits === 1 || (digits > 1 && this.bytes[first] !== ZERO);
    if (this.bytes[this.at] === POINT) {
      this.at++;
      wellFormed &&= this.digits() > 0;
    }
    const scaled = ((this.bytes[this.at] ?? 0) | 0x20) === SMALL_E;
    if (scaled) {
      this.at++;
      const sign = this.bytes[this.at];
      if (sign === 0x2b || sign === CODES.minus) this.at++;
      wellFormed &&= this.digits() > 0;
    }
    if (!wellFormed) this.fail('this is not a JSON number', begin);
    // Without an exponent, no number of up to 300 digits is infinite.
    const isLarge = scaled || digits > 300;
    if (isLarge && !Number.isFinite(Number(this.decode(begin, this.at)))) {
      this.fail('a number is out of range', begin);
    }
  }

  /** Passes over digits and returns how many there were. */
  private digits(): number {
    const begin = this.at;
    for (;;) {
      const byte = this.bytes[this.at] ?? 0;
      if (byte < ZERO || byte > NINE) return this.at - begin;
      this.at++;
    }
  }

  /** Passes over the string that opens here, unescaping it in place; returns where its content now ends. */
  private closeString(): { end: number; ascii: boolean } {
    const { bytes } = this;
    const begin = this.at + 1;
    let read = begin;
    let write = begin;
    let bits = 0;
    for (;;) {
      const byte = bytes[read] ?? this.fail('a string is not closed', begin - 1);
      if (byte === CODES.quote) break;
      if (byte < 0x20) this.fail('a control character inside a string must be escaped', read);
      if (byte === CODES.backslash) {
        const codePoint =
          escapedCodePoint(bytes, read) ??
          this.fail('this escape sequence stands for no character', read);
        read += escapeLength(bytes, read, codePoint);
        write = putUtf8(bytes, write, codePoint);
        bits |= codePoint;
      } else {
        bits |= byte;
        bytes[write++] = byte;
        read++;
      }
    }
    this.at = read + 1;
    return { end: write, ascii: bits < 0x80 };
  }

  private decode(begin: number, end: number): string {
    try {
      return this.utf8.decode(this.bytes.subarray(begin, end));
    } catch {
      return this.fail('a string is not valid UTF-8', begin);
    }
  }

  /** A short ASCII string; the same object as last time where it is the same text. */
  private shortString(begin: number, end: number): string {
    const { bytes, recent } = this;
    const slot = ((bytes[begin] ?? 0) * 5 + (bytes[end - 1] ?? 0) + end - begin) % RECENT_STRINGS;
    const known = recent[slot] ?? '';
    let same = known.length === end - begin;
    for (let i = begin; same && i < end; i++) same = known.charCodeAt(i - begin) === bytes[i];
    if (same) return known;
    const text = String.fromCharCode(...bytes.subarray(begin, end));
    recent[slot] = text;
    return text;
  }
}
