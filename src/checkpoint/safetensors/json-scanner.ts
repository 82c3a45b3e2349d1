/**
 * A strict JSON reader over bytes, for safetensors headers. `JSON.parse` cannot be it: it keeps the last of duplicate
 * keys, does not tell `1.0` from `1`, rounds large integers and accepts lone surrogates. What is accepted here is
 * what serde_json accepts, through which the reference reads its headers; the caller pulls the values it expects.
 */

/** serde_json allows 127 arrays and objects inside each other (its `remaining_depth` starts at 128). */
const MAX_DEPTH = 127;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const COMMA = 0x2c;

/** Escapes of one letter, and the byte they stand for. */
const SHORT_ESCAPES = new Map(
  Object.entries({
    '"': '"',
    '\\': '\\',
    '/': '/',
    b: '\b',
    f: '\f',
    n: '\n',
    r: '\r',
    t: '\t',
  }).map(([letter, value]) => [letter.charCodeAt(0), value.charCodeAt(0)]),
);

const LITERALS = ['true', 'false', 'null'];

/** One bit per byte value that a number may hold, so that its end is found without a regular expression over the rest. */
const NUMBER_BYTES = new Set(Array.from('0123456789+-.eE', (letter) => letter.charCodeAt(0)));
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const UNSIGNED = /^(?:0|[1-9][0-9]*)$/;
const U64_MAX = 2n ** 64n - 1n;
/** Every integer of so many digits is exact as a number. */
const EXACT_DIGITS = 15;

/** Raised by the scanner with the byte position inside the scanned text; the caller knows the file and adds it. */
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

  /** Escaped strings are unescaped in place: the scanner owns `bytes` from now on. */
  constructor(private readonly bytes: Uint8Array<ArrayBuffer>) {}

  /** Byte position of the next character that is not white space. */
  position(): number {
    this.peek();
    return this.at;
  }

  fail(message: string, position = this.at): never {
    throw new JsonError(message, position);
  }

  /** The next byte that is not white space, unread; -1 at the end. */
  peek(): number {
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte === undefined) return -1;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.at++;
    }
  }

  /** Whether the next value opens with `character`. */
  startsWith(character: string): boolean {
    return this.peek() === character.charCodeAt(0);
  }

  /** Requires that nothing but white space is left. */
  end(): void {
    if (this.peek() !== -1) this.fail('there is more after the end of the JSON object');
  }

  /** Reads an object; `onMember` gets each key and must read its value. */
  object(what: string, onMember: (key: string, position: number) => void): void {
    this.nested('{', '}', what, () => {
      const position = this.position();
      const key = this.string('a key');
      if (!this.startsWith(':')) this.fail(`":" expected after the key ${JSON.stringify(key)}`);
      this.at++;
      onMember(key, position);
    });
  }

  /** Reads an array; `onElement` must read one element each time. */
  array(what: string, onElement: (index: number) => void): void {
    let index = 0;
    this.nested('[', ']', what, () => onElement(index++));
  }

  string(what: string): string {
    return this.scanString(what, true);
  }

  /** An integer from 0 to 2^64 - 1 without fraction, exponent or sign; a bigint where a number would round it. */
  unsigned(what: string): number | bigint {
    const position = this.position();
    const text = this.numberText(what);
    if (UNSIGNED.test(text)) {
      if (text.length <= EXACT_DIGITS) return Number(text);
      // 2^64 has 20 digits; the bound keeps BigInt from reading megabytes of them.
      const value = text.length <= 20 ? BigInt(text) : U64_MAX + 1n;
      if (value <= Number.MAX_SAFE_INTEGER) return Number(value);
      if (value <= U64_MAX) return value;
    }
    return this.fail(`${what} must be a whole number from 0 to 2^64 - 1`, position);
  }

  null(): void {
    if (!this.literal()) this.fail('null expected');
  }

  /** Reads any one value and forgets it; it must still be well-formed. */
  skip(): void {
    const byte = this.peek();
    if (byte === QUOTE) this.scanString('a string', false);
    else if (this.startsWith('{')) this.object('an object', () => this.skip());
    else if (this.startsWith('[')) this.array('an array', () => this.skip());
    else if (byte === MINUS || (byte >= 0x30 && byte <= 0x39)) this.skipNumber();
    else if (!this.literal())
      this.fail(byte === -1 ? 'the JSON text ends early' : 'a JSON value expected');
  }

  private nested(open: string, close: string, what: string, item: () => void): void {
    if (!this.startsWith(open))
      this.fail(`${what} must be ${open === '{' ? 'an object' : 'an array'}`);
    if (++this.depth > MAX_DEPTH) this.fail(`nested deeper than ${MAX_DEPTH} levels`);
    this.at++;
    if (!this.startsWith(close)) {
      item();
      while (this.peek() === COMMA) {
        this.at++;
        item();
      }
      if (!this.startsWith(close)) this.fail(`"," or "${close}" expected`);
    }
    this.at++;
    this.depth--;
  }

  /** Reads `true`, `false` or `null`; false where none of them stands here. */
  private literal(): boolean {
    const word = LITERALS.find((candidate) => this.startsWith(candidate.slice(0, 1)));
    if (word === undefined) return false;
    for (let i = 0; i < word.length; i++) {
      if (this.bytes[this.at + i] !== word.charCodeAt(i)) this.fail(`${word} expected`);
    }
    this.at += word.length;
    return true;
  }

  private numberText(what: string): string {
    const begin = this.position();
    let end = begin;
    while (NUMBER_BYTES.has(this.bytes[end] ?? 0)) end++;
    if (end === begin) this.fail(`${what} must be a number`);
    this.at = end;
    return this.utf8.decode(this.bytes.subarray(begin, end));
  }

  private skipNumber(): void {
    const position = this.at;
    const text = this.numberText('a value');
    if (!NUMBER.test(text)) this.fail('this is not a JSON number', position);
    if (!Number.isFinite(Number(text))) this.fail('a number is out of range', position);
  }

  /** Checks a string, and decodes it where `wanted`; what is not wanted costs no memory. */
  private scanString(what: string, wanted: boolean): string {
    if (this.peek() !== QUOTE) this.fail(`${what} must be a string`);
    const { bytes } = this;
    const begin = this.at + 1;
    let read = begin;
    let write = begin;
    let ascii = true;
    for (;;) {
      const byte = bytes[read] ?? this.fail('a string is not closed', begin - 1);
      if (byte === QUOTE) break;
      if (byte < 0x20) this.fail('a control character inside a string must be escaped', read);
      if (byte === BACKSLASH) {
        const { length, codePoint } = this.escape(read);
        write = this.put(codePoint, write);
        ascii &&= codePoint < 0x80;
        read += length;
      } else {
        ascii &&= byte < 0x80;
        if (write !== read) bytes[write] = byte;
        write++;
        read++;
      }
    }
    this.at = read + 1;
    if (ascii && !wanted) return '';
    try {
      return this.utf8.decode(bytes.subarray(begin, write));
    } catch {
      return this.fail('a string is not valid UTF-8', begin - 1);
    }
  }

  /** The escape sequence at `position`: its length in bytes and the character it stands for. */
  private escape(position: number): { length: number; codePoint: number } {
    const letter = this.bytes[position + 1] ?? 0;
    const short = SHORT_ESCAPES.get(letter);
    if (short !== undefined) return { length: 2, codePoint: short };
    if (letter !== 0x75) this.fail('unknown escape sequence', position);
    const unit = this.hex4(position + 2);
    if (unit < 0xd800 || unit > 0xdfff) return { length: 6, codePoint: unit };
    const isPair = this.bytes[position + 6] === BACKSLASH && this.bytes[position + 7] === 0x75;
    const low = isPair ? this.hex4(position + 8) : 0;
    if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff)
      this.fail('half of a surrogate pair', position);
    return { length: 12, codePoint: 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00) };
  }

  private hex4(position: number): number {
    const digits = String.fromCharCode(...this.bytes.subarray(position, position + 4));
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.fail('four hexadecimal digits expected', position);
    return Number.parseInt(digits, 16);
  }

  /** Writes a character as UTF-8 over the escape it came from, which is never shorter; returns the next position. */
  private put(codePoint: number, position: number): number {
    if (codePoint < 0x80) {
      this.bytes[position] = codePoint;
      return position + 1;
    }
    const encoded = new TextEncoder().encode(String.fromCodePoint(codePoint));
    this.bytes.set(encoded, position);
    return position + encoded.length;
  }
}
