/** Small symmetric tridiagonal matrices by plane rotations: the implicit QL algorithm (Wilkinson, Reinsch 1971; EISPACK's tql2). */
import type { Block } from './matrix';

/** What it takes for one eigenvalue is two or three; this is for what never ends (not a number). */
const MAX_SWEEPS = 60;

/** Rows x and y of `length` numbers become `c x + s y` and `c y - s x`. */
export function rotate(
  data: Float64Array,
  x: number,
  y: number,
  length: number,
  c: number,
  s: number,
): void {
  for (let j = 0; j < length; j++) {
    const a = data[x + j] as number;
    const b = data[y + j] as number;
    data[x + j] = c * a + s * b;
    data[y + j] = c * b - s * a;
  }
}

/**
 * Solves rows and columns `begin` to `end` (exclusive): `diagonal` becomes the eigenvalues, ascending, that square of `vectors`
 * their eigenvectors, a row each. `beside` is used up there.
 *
 * @throws RangeError where it does not converge, which only what is no finite number does
 */
export function solveByRotations(
  diagonal: Float64Array,
  beside: Float64Array,
  vectors: Block,
  begin: number,
  end: number,
): void {
  const { data, stride } = vectors;
  const size = end - begin;
  const row = (i: number) => vectors.at + i * stride + begin;
  const d = (i: number) => diagonal[i] as number;
  for (let i = begin; i < end; i++) {
    data.fill(0, row(i), row(i) + size);
    data[row(i) + i - begin] = 1;
  }
  const e = new Float64Array(end);
  for (let i = begin; i < end - 1; i++) e[i] = beside[i] as number;

  for (let l = begin; l < end; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m < end - 1) {
        const size = Math.abs(d(m)) + Math.abs(d(m + 1));
        if (Math.abs(e[m] as number) <= Number.EPSILON * size) break;
        m++;
      }
      if (m === l) break;
      if (sweep === MAX_SWEEPS) throw new RangeError('the matrix holds what is no finite number');
      // Wilkinson's shift.
      const el = e[l] as number;
      let g = (d(l + 1) - d(l)) / (2 * el);
      let r = Math.sqrt(g * g + 1);
      g = d(m) - d(l) + el / (g + (g < 0 ? -r : r));
      let s = 1;
      let c = 1;
      let p = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * (e[i] as number);
        const b = c * (e[i] as number);
        r = lengthOf(f, g);
        e[i + 1] = r;
        if (r === 0) {
          diagonal[i + 1] = d(i + 1) - p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d(i + 1) - p;
        const t = (d(i) - g) * s + 2 * c * b;
        p = s * t;
        diagonal[i + 1] = g + p;
        g = c * t - b;
        rotate(data, row(i + 1), row(i), size, c, s);
      }
      if (r === 0 && i >= l) continue;
      diagonal[l] = d(l) - p;
      e[l] = g;
      e[m] = 0;
    }
  }
  sortRows();

  function sortRows(): void {
    for (let i = begin; i < end; i++) {
      let smallest = i;
      for (let j = i + 1; j < end; j++) if (d(j) < d(smallest)) smallest = j;
      if (smallest === i) continue;
      [diagonal[i], diagonal[smallest]] = [d(smallest), d(i)];
      const kept = data.slice(row(i), row(i) + size);
      data.copyWithin(row(i), row(smallest), row(smallest) + size);
      data.set(kept, row(smallest));
    }
  }
}

/** `Math.hypot` is not the same to the last bit everywhere. */
function lengthOf(a: number, b: number): number {
  const larger = Math.max(Math.abs(a), Math.abs(b));
  if (larger === 0) return 0;
  const ratio = Math.min(Math.abs(a), Math.abs(b)) / larger;
  return larger * Math.sqrt(1 + ratio * ratio);
}
