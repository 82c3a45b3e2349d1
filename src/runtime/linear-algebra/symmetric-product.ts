/** Products that are known to be symmetric, at half the work. */
import type { Block, Products } from './matrix';

/** Rows that are computed at a time: beyond the diagonal of such a panel only what lies above it is. */
const PANEL = 64;

/** `c += a b` for a symmetric product of `order` rows, on and above its diagonal; below it only some of it. */
export function addSymmetric(
  products: Products,
  c: Block,
  a: Block,
  b: Block,
  order: number,
  inner: number,
): void {
  for (let i = 0; i < order; i += PANEL) {
    products.multiplyAdd(
      { ...c, at: c.at + i * c.stride + i },
      { ...a, at: a.at + i * a.stride },
      { ...b, at: b.at + i },
      Math.min(PANEL, order - i),
      order - i,
      inner,
    );
  }
}
