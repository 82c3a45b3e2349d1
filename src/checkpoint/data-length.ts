import { DTYPES, type Dtype } from './types';

/** Bits of one element (safetensors `Dtype::bitsize`). Only F4 and the F6s are not whole bytes. */
const BITS: Readonly<Record<Dtype, number>> = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
};

/** safetensors counts elements and bits in 64-bit words and refuses what does not fit. */
const U64_MAX = 2n ** 64n - 1n;

/** Whether `name` is one of safetensors' element types; upper case only, as there. */
export function isDtype(name: string): name is Dtype {
  return (DTYPES as readonly string[]).includes(name);
}

/**
 * Bytes of a tensor's data. A dimension may be a bigint, since files may claim any 64-bit number.
 *
 * @returns the number of bytes (exact, or above 2^53 where it cannot be a file), `'overflow'` where the count passes
 *   64 bits on the way (multiplied from the first dimension on, as the reference does), or `'misaligned'` where
 *   sub-byte elements do not fill whole bytes.
 */
export function dataLength(
  dtype: Dtype,
  shape: readonly (number | bigint)[],
): number | 'overflow' | 'misaligned' {
  const bits = BITS[dtype];
  let exact = bits;
  for (const dimension of shape) exact = typeof dimension === 'number' ? exact * dimension : NaN;
  // An overflow that a later zero hides shows only in the long way; zero-size tensors are rare enough to take it.
  if (Number.isSafeInteger(exact) && exact !== 0) return exact % 8 === 0 ? exact / 8 : 'misaligned';

  let elements = 1n;
  for (const dimension of shape) {
    elements *= BigInt(dimension);
    if (elements > U64_MAX) return 'overflow';
  }
  const total = elements * BigInt(bits);
  if (total > U64_MAX) return 'overflow';
  return total % 8n === 0n ? Number(total / 8n) : 'misaligned';
}

/** Number of elements of a shape whose dimensions are known to be sane; 1 for rank 0. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, dimension) => count * dimension, 1);
}
