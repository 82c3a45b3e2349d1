/**
 * Protobuf's wire format, as far as our ONNX models need it: varints, 32-bit floats, and what begins with its length.
 * Fields come in the order in which they are given; by their numbers is the custom.
 *
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
import { joinBytes } from '../../checkpoint/join-bytes';

/** Fields of a message, one after the other. */
export type Fields = Uint8Array<ArrayBuffer>;

/** Wire types, the lowest three bits of a field's tag. */
const VARINT = 0;
const LENGTH = 2;
const FIXED32 = 5;

/** A float32 has four bytes. */
const FLOAT_BYTES = 4;

/** An integer field. @throws RangeError for what is no whole number from 0 to 2^53 - 1 */
export function integer(field: number, value: number): Fields {
  return joinBytes([tag(field, VARINT), varint(value)]);
}

/** A float field. @throws RangeError for what float32 does not have */
export function float(field: number, value: number): Fields {
  if (!Number.isFinite(Math.fround(value))) {
    throw new RangeError(`Field ${field}: ${value} is no finite float32.`);
  }
  const bytes = new Uint8Array(FLOAT_BYTES);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return joinBytes([tag(field, FIXED32), bytes]);
}

/** A text field, in UTF-8; an empty text is written, too. @throws RangeError for half a surrogate pair */
export function text(field: number, value: string): Fields {
  if (/\p{Surrogate}/u.test(value)) {
    throw new RangeError(`Field ${field}: ${JSON.stringify(value)} is no Unicode text.`);
  }
  return message(field, new TextEncoder().encode(value));
}

/** A repeated integer field, packed: all of its values after one tag, and nothing where there are none; -1 is the one negative number. */
export function packed(field: number, values: readonly number[]): Fields {
  return values.length === 0 ? new Uint8Array(0) : message(field, ...values.map(signed));
}

/** A field that is a message of these fields. */
export function message(field: number, ...content: readonly Fields[]): Fields {
  const inner = joinBytes(content);
  return joinBytes([opening(field, inner.length), inner]);
}

/** What stands before the `length` bytes of a message, a text or bytes. */
export function opening(field: number, length: number): Fields {
  return joinBytes([tag(field, LENGTH), varint(length)]);
}

function tag(field: number, wireType: number): Fields {
  return varint(field * 8 + wireType);
}

/** In 64 bits, two's complement: ten bytes, all ones. */
const MINUS_ONE = Uint8Array.of(...Array.from({ length: 9 }, () => 0xff), 0x01);

function signed(value: number): Fields {
  return value === -1 ? MINUS_ONE : varint(value);
}

/** Seven bits a byte, the lowest first. */
function varint(value: number): Fields {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${value} is no whole number from 0 to ${Number.MAX_SAFE_INTEGER}.`);
  }
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Uint8Array.of(...bytes, rest);
}
