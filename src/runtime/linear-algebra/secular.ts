/**
 * Eigenvalues of `D + rho z z'`, D diagonal: the zeros of `1 + rho sum z_j^2 / (d_j - x)`, one between every two d_j.
 * Each is found as its distance from the nearest d_j, so that all differences from the d_j have their full precision, by the
 * middle way of Li, "Solving secular equations stably and efficiently" (LAPACK Working Note 89, 1993), held in an interval.
 */

/** Far more than it takes; halving alone ends by then. */
const MAX_STEPS = 200;

/**
 * Finds zero `index` and writes `d_j - x` of every j to `differences`.
 *
 * @param d ascending, all different
 * @param z none of them zero
 * @param rho greater than zero
 * @returns the zero
 */
export function secularZero(
  index: number,
  d: Float64Array,
  z: Float64Array,
  rho: number,
  differences: Float64Array,
): number {
  const count = d.length;
  const last = index === count - 1;
  const left = d[index] as number;
  let norm = 0;
  for (let j = 0; j < count; j++) norm += (z[j] as number) ** 2;
  // The last lies no farther from its d than rho z'z.
  const width = last ? rho * norm : (d[index + 1] as number) - left;
  const value = valueAt(index, d, z, rho);
  // From here on x is `origin + shift`.
  const middle = value(left, width / 2);
  const fromRight = !last && middle.f < 0;
  const origin = fromRight ? (d[index + 1] as number) : left;
  let low = fromRight ? -width / 2 : middle.f < 0 ? width / 2 : 0;
  let high = fromRight ? 0 : middle.f < 0 ? width : width / 2;
  let shift = fromRight ? -width / 2 : width / 2;
  for (let step = 0; step < MAX_STEPS; step++) {
    const { f, before, after, size } = value(origin, shift);
    if (Math.abs(f) <= Number.EPSILON * count * size) break;
    if (f < 0) low = shift;
    else high = shift;
    const halved = low + (high - low) / 2;
    if (halved <= low || halved >= high) break;
    // c + s / (d_i - x) + t / (d_i+1 - x) has the values and slopes of both halves of the sum at x.
    const toLeft = left - origin - shift;
    const toRight = last ? 0 : (d[index + 1] as number) - origin - shift;
    const s = toLeft * toLeft * before;
    const t = toRight * toRight * after;
    const c = f - toLeft * before - toRight * after;
    const move = last ? toLeft + s / c : smallestRoot(c, s, t, toLeft, toRight);
    const next = shift + move;
    shift = next > low && next < high ? next : halved;
  }
  for (let j = 0; j < count; j++) differences[j] = (d[j] as number) - origin - shift;
  return origin + shift;
}

/** The root of `c + s / (a - x) + t / (b - x)` that is nearer to 0. */
function smallestRoot(c: number, s: number, t: number, a: number, b: number): number {
  // c x^2 - p x + q = 0
  const p = c * (a + b) + s + t;
  const q = c * a * b + s * b + t * a;
  const root = Math.sqrt(Math.max(0, p * p - 4 * c * q));
  return p > 0 ? (2 * q) / (p + root) : (2 * q) / (p - root);
}

interface Value {
  readonly f: number;
  /** Slopes of the sums over the d_j up to `index` and after it. */
  readonly before: number;
  readonly after: number;
  /** Of the terms, for how exact `f` can be. */
  readonly size: number;
}

function valueAt(
  index: number,
  d: Float64Array,
  z: Float64Array,
  rho: number,
): (origin: number, shift: number) => Value {
  return (origin, shift) => {
    let sum = 0;
    let size = 0;
    let before = 0;
    let after = 0;
    for (let j = 0; j < d.length; j++) {
      const ratio = (z[j] as number) / ((d[j] as number) - origin - shift);
      const term = (z[j] as number) * ratio;
      sum += term;
      size += Math.abs(term);
      if (j <= index) before += ratio * ratio;
      else after += ratio * ratio;
    }
    return { f: 1 + rho * sum, before: rho * before, after: rho * after, size: 1 + rho * size };
  };
}
