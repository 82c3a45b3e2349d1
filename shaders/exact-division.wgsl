// Division rounded to nearest even, in integers. WGSL's own may be off by 2.5 units in the last place ("Accuracy of
// Expressions"), and no two drivers agree. Prepended to the kernels that divide.

const MAGNITUDE: u32 = 0x7fffffffu;
const FRACTION: u32 = 0x7fffffu;
const IMPLICIT: u32 = 0x800000u;
const INFINITY: u32 = 0x7f800000u;

// Bits of a / b. b: positive, finite, not subnormal.
fn divide_bits(a: u32, b: u32) -> u32 {
  let sign = a & ~MAGNITUDE;
  let magnitude = a & MAGNITUDE;
  if (magnitude == 0u || magnitude >= INFINITY) {
    return a;
  }
  var dividend = magnitude & FRACTION;
  var exponent = i32(magnitude >> 23u);
  if (exponent == 0) {
    let shift = countLeadingZeros(dividend) - 8u;
    dividend = dividend << shift;
    exponent = 1 - i32(shift);
  } else {
    dividend = dividend | IMPLICIT;
  }
  let divisor = (b & FRACTION) | IMPLICIT;
  exponent = exponent - i32(b >> 23u) + 127;
  if (dividend < divisor) {
    dividend = dividend << 1u;
    exponent = exponent - 1;
  }
  // Long division: the dividend is now in [divisor, 2 * divisor), so the first of the 24 digits is 1.
  var quotient = 0u;
  for (var digit = 0u; digit < 24u; digit++) {
    quotient = quotient << 1u;
    if (dividend >= divisor) {
      dividend = dividend - divisor;
      quotient = quotient | 1u;
    }
    dividend = dividend << 1u;
  }
  // What is left, doubled, against the divisor: more or less than half a unit. A quotient is never exactly halfway.
  if (exponent > 0) {
    let up = u32(dividend > divisor);
    let bits = (u32(exponent) << 23u) + (quotient - IMPLICIT) + up;
    return sign | min(bits, INFINITY);
  }
  // A subnormal result keeps fewer digits; all that is cut off decides the rounding.
  let shift = u32(1 - exponent);
  if (shift > 24u) {
    return sign;
  }
  let kept = quotient >> shift;
  let rest = quotient & ((1u << shift) - 1u);
  let half = 1u << (shift - 1u);
  let up = u32(rest > half || (rest == half && (dividend != 0u || (kept & 1u) == 1u)));
  return sign | (kept + up);
}

fn divide_block(a: vec4<u32>, b: vec4<u32>) -> vec4<u32> {
  return vec4<u32>(
    divide_bits(a.x, b.x),
    divide_bits(a.y, b.y),
    divide_bits(a.z, b.z),
    divide_bits(a.w, b.w),
  );
}
