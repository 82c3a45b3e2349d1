/**
 * Names in a zip's directory, as Python's zipfile decodes them: UTF-8 where an entry says so, else code page 437.
 *
 * Source: CPython 3.11, `zipfile.py` (`_RealGetContents`, `ZipInfo.__init__`), which leaves Info-ZIP's field of Unicode paths
 * (0x7075) unread; the Unicode Consortium's `CP437.TXT`. `reference/fixtures/zips/names` has Python's own reading.
 */
import { ZipError } from './zip-error';

/** General purpose flag bit 11 (APPNOTE 4.4.4): name and comment are UTF-8. */
const UTF8_FLAG = 0x800;

/** Bytes 0x80 to 0xff of code page 437; those below are ASCII. */
const UPPER_HALF =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * @param flags - the entry's general purpose flags
 * @throws ZipError for a name that is said to be UTF-8 and is not
 */
export function entryName(bytes: Uint8Array, flags: number): string {
  const isAscii = bytes.every((byte) => byte < 0x80);
  if (!isAscii && (flags & UTF8_FLAG) === 0) return upToNul(codePage437(bytes));
  try {
    return upToNul(utf8.decode(bytes));
  } catch (cause) {
    const read = codePage437(bytes);
    throw new ZipError(`the name "${read}" in it is said to be UTF-8 and is not`, { cause });
  }
}

/** What a name would be as UTF-8 that was not marked as such, which macOS and Info-ZIP write; undefined where it cannot be meant. */
export function unmarkedName(bytes: Uint8Array, flags: number): string | undefined {
  if ((flags & UTF8_FLAG) !== 0 || bytes.every((byte) => byte < 0x80)) return undefined;
  try {
    return upToNul(utf8.decode(bytes));
  } catch {
    return undefined;
  }
}

function codePage437(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte < 0x80 ? String.fromCharCode(byte) : UPPER_HALF.charAt(byte - 0x80),
  ).join('');
}

/** What follows a NUL is no part of a name. */
function upToNul(name: string): string {
  const end = name.indexOf('\0');
  return end < 0 ? name : name.slice(0, end);
}
