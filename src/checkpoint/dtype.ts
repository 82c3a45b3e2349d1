/**
 * Element types as numbers: every floating-point type that weights are stored in, to float32 and back, in integer
 * operations so that the result is the same bits on every machine. Little-endian hosts only, as is every machine
 * that runs a browser with WebGPU or Node today: typed arrays are laid over the files' little-endian bytes.
 */
import { FormatError } from '../errors';
import type { Dtype, TensorSource } from './types';

/** What `encodeFloat32` writes, and what a merged model can be saved as. */
export type OutputDtype = 'F32' | 'F16' | 'BF16';

const DECODABLE = ['F32', 'F16', 'BF16', 'F64'] as const;
type Decodable = (typeof DECODABLE)[number];

const ELEMENT_BYTES: Readonly<Record<Decodable, number>> = { F32: 4, F16: 2, BF16: 2, F64: 8 };

/** Whether a tensor of this type takes part in arithmetic; integers and booleans are copied. As `torch.is_floating_point`. */
export function isFloatingPoint(dtype: Dtype): boolean {
  return dtype.startsWith('F') || dtype === 'BF16';
}

function isDecodable(dtype: Dtype): dtype is Decodable {
  return (DECODABLE as readonly Dtype[]).includes(dtype);
}

/**
 * Values of F32, F16, BF16 (exact) or F64 (rounded to nearest even) data as float32. A half NaN becomes a quiet NaN with
 * the same sign and payload, as the processors' conversion instruction makes it.
 *
 * @param bytes little-endian, whole elements; for aligned F32 the result is a view of this very memory
 * @throws RangeError for other types: integers are not weights, and 8-bit or smaller floats are not supported
 */
export function decodeFloat32(
  bytes: Uint8Array<ArrayBuffer>,
  dtype: Dtype,
): Float32Array<ArrayBuffer> {
  if (!isDecodable(dtype)) {
    throw new RangeError(`${dtype} cannot be read as float32; only ${DECODABLE.join(', ')} can`);
  }
  const { buffer, byteOffset, byteLength } = aligned(bytes, ELEMENT_BYTES[dtype]);
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer, byteOffset, byteLength / 4);
    case 'F64':
      return new Float32Array(new Float64Array(buffer, byteOffset, byteLength / 8));
    case 'F16':
    case 'BF16': {
      const out = new Float32Array(byteLength / 2);
      decodeHalves(new Uint16Array(buffer, byteOffset, byteLength / 2), dtype, out);
      return out;
    }
  }
}

/**
 * Reads a whole tensor as float32, whatever floating-point type it is stored in.
 *
 * @throws FormatError where its type has no float32 values, naming the tensor
 */
export async function readFloat32(source: TensorSource): Promise<Float32Array<ArrayBuffer>> {
  refuseUndecodable(source);
  return decodeFloat32(await source.read(), source.dtype);
}

/**
 * What a whole tensor's bytes are as float32; as `decodeFloat32`.
 *
 * @throws FormatError as `readFloat32`
 */
export function decodeTensor(
  source: TensorSource,
  bytes: Uint8Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> {
  refuseUndecodable(source);
  return decodeFloat32(bytes, source.dtype);
}

/**
 * Fills memory of the caller with a tensor's values from element `begin` on, as float32; without new memory where the source
 * can read so. A source without `readInto` is read whole for it.
 *
 * @throws FormatError as `readFloat32`
 */
export async function readFloat32Into(
  source: TensorSource,
  begin: number,
  into: Float32Array,
): Promise<void> {
  refuseUndecodable(source);
  const { dtype, readInto } = source;
  const { buffer, byteOffset, byteLength, length } = into;
  if (!readInto) {
    into.set((await readFloat32(source)).subarray(begin, begin + length));
  } else if (dtype === 'F32') {
    await readInto(begin * 4, new Uint8Array(buffer, byteOffset, byteLength));
  } else if (dtype === 'F64') {
    const wide = new Float64Array(length);
    await readInto(begin * 8, new Uint8Array(wide.buffer));
    into.set(wide);
  } else {
    // Decoded in place, from the upper half: an element is written only over those that were read before it.
    const upper = byteOffset + byteLength / 2;
    await readInto(begin * 2, new Uint8Array(buffer, upper, byteLength / 2));
    decodeHalves(new Uint16Array(buffer, upper, length), dtype, into);
  }
}

function refuseUndecodable(
  source: TensorSource,
): asserts source is TensorSource & { readonly dtype: Decodable } {
  if (isDecodable(source.dtype)) return;
  throw new FormatError(
    source.name,
    `the tensor is ${source.dtype}, and only ${DECODABLE.join(', ')} weights can be computed with. Convert the model to float32 or float16 first.`,
  );
}

/**
 * Float32 values as little-endian bytes of another type, rounded to nearest even as torch casts: overflow becomes
 * infinity, subnormals stay, a NaN stays a (quiet) NaN of its sign.
 *
 * @returns for F32 a view of `values`' own memory, otherwise fresh bytes
 */
export function encodeFloat32(
  values: Float32Array<ArrayBuffer>,
  dtype: OutputDtype,
): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength, length } = values;
  if (dtype === 'F32') return new Uint8Array(buffer, byteOffset, byteLength);
  const bits = new Uint32Array(buffer, byteOffset, length);
  const out = new Uint16Array(length);
  const encode = dtype === 'F16' ? toHalf : toBfloat16;
  for (let i = 0; i < length; i++) out[i] = encode(bits[i] ?? 0);
  return new Uint8Array(out.buffer);
}

/** Typed arrays need their element's alignment; a tensor inside a larger buffer may not have it. */
function aligned(bytes: Uint8Array<ArrayBuffer>, elementBytes: number): Uint8Array<ArrayBuffer> {
  return bytes.byteOffset % elementBytes === 0 ? bytes : bytes.slice();
}

function decodeHalves(source: Uint16Array, dtype: 'F16' | 'BF16', into: Float32Array): void {
  const out = new Uint32Array(into.buffer, into.byteOffset, into.length);
  if (dtype === 'F16') {
    const table = halfTable();
    for (let i = 0; i < source.length; i++) out[i] = table[source[i] ?? 0] ?? 0;
  } else {
    for (let i = 0; i < source.length; i++) out[i] = (source[i] ?? 0) << 16;
  }
}

let halves: Uint32Array | undefined;

/** Float32 bits of all 65,536 halves: one lookup is several times faster than the integer decoding. */
function halfTable(): Uint32Array {
  halves ??= Uint32Array.from({ length: 0x10000 }, (_, half) => halfBits(half));
  return halves;
}

function halfBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 31) {
    const quiet = fraction === 0 ? 0 : 0x400000;
    return (sign | 0x7f800000 | quiet | (fraction << 13)) >>> 0;
  }
  if (exponent > 0) return (sign | ((exponent + 112) << 23) | (fraction << 13)) >>> 0;
  if (fraction === 0) return sign >>> 0;
  // A subnormal half is a normal float: move its leading one to the implicit place.
  const shift = Math.clz32(fraction) - 21;
  return (sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13)) >>> 0;
}

function toHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00 | ((magnitude >>> 13) & 0x3ff);
  // From 65520, halfway between the largest half and the next power of two, everything rounds to infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return sign | ((rounded - 0x38000000) >>> 13);
  }
  // Below 2^-25 (and at it, a tie with zero) nothing is left.
  if (magnitude <= 0x33000000) return sign;
  const shift = 126 - (magnitude >>> 23);
  const significand = (magnitude & 0x7fffff) | 0x800000;
  const kept = significand >>> shift;
  const rest = significand & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  const up = rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0;
  return sign | (kept + up);
}

function toBfloat16(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}
