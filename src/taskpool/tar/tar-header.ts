/** One header of a tar archive: USTAR, with the extensions of PAX and GNU. Source: POSIX.1-2017 `pax`; CPython 3.11, `tarfile.py`. */

/** Headers and data are in blocks of this size. */
export const BLOCK_BYTES = 512;

export interface TarHeader {
  readonly name: string;
  /** Bytes of data that follow it. */
  readonly size: number;
  /** `0` for a file, `5` for a folder, `x` for what PAX says of the next entry, `L` for GNU's long name of it, ... */
  readonly type: string;
}

const latin1 = (bytes: Uint8Array) => String.fromCharCode(...bytes);
const utf8 = new TextDecoder();

/**
 * @param block - of `BLOCK_BYTES`
 * @returns null for a block of zeros, which ends an archive; undefined for what is no header
 */
export function parseHeader(block: Uint8Array): TarHeader | null | undefined {
  if (block.every((byte) => byte === 0)) return null;
  const sum = number(block.subarray(148, 156));
  if (sum === undefined || !checksums(block).includes(sum)) return undefined;
  const size = number(block.subarray(124, 136));
  if (size === undefined || size < 0) return undefined;
  const name = text(block.subarray(0, 100));
  // Only POSIX's own format has it: GNU's keeps times there.
  const isPosix = latin1(block.subarray(257, 263)) === 'ustar\0';
  const prefix = isPosix ? text(block.subarray(345, 500)) : '';
  // Before POSIX a file's type was NUL, and a folder was a file whose name ends with a slash.
  const given = String.fromCharCode(block[156] ?? 0);
  const old = name.endsWith('/') ? '5' : '0';
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size,
    type: given === '\0' ? old : given,
  };
}

/** The sum of all bytes, the field itself taken as blanks; some old programs summed signed bytes. */
function checksums(block: Uint8Array): [number, number] {
  let unsigned = 8 * 32;
  let signed = unsigned;
  for (const [at, byte] of block.entries()) {
    if (at >= 148 && at < 156) continue;
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  return [unsigned, signed];
}

/** An octal number, or in base 256 where the highest bit is set, which GNU writes for 8 GiB and more. */
function number(field: Uint8Array): number | undefined {
  const [first = 0, ...rest] = field;
  if (first === 0x80) return rest.reduce((value, byte) => value * 256 + byte, 0);
  const digits = text(field).trim();
  if (digits === '') return 0;
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

function text(field: Uint8Array): string {
  const end = field.indexOf(0);
  return utf8.decode(end < 0 ? field : field.subarray(0, end));
}

/** GNU's long name: text up to a NUL. */
export function longName(data: Uint8Array): string {
  return text(data);
}

/** Records of PAX, each `length key=value` and a line feed; undefined where they are none. */
export function paxRecords(data: Uint8Array): ReadonlyMap<string, string> | undefined {
  const records = new Map<string, string>();
  for (let at = 0; at < data.length && data[at] !== 0; ) {
    const blank = data.indexOf(32, at);
    const length = blank < 0 ? 0 : Number(latin1(data.subarray(at, Math.min(blank, at + 20))));
    const end = at + length;
    if (!Number.isInteger(length) || end > data.length || end <= blank + 2) return undefined;
    const record = utf8.decode(data.subarray(blank + 1, end - 1));
    const equals = record.indexOf('=');
    if (equals < 0) return undefined;
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at = end;
  }
  return records;
}
