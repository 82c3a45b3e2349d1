/** Products by their definition: what every faster form of them equals to the last bit. */
import type { Block, Products } from './matrix';

export function createReferenceProducts(): Products {
  return {
    reserve() {},
    take: (length) => new Float64Array(length),
    multiplyAdd,
  };
}

/** As {@link Products.multiplyAdd}, on arrays anywhere. */
export function multiplyAdd(
  c: Block,
  a: Block,
  b: Block,
  rows: number,
  columns: number,
  inner: number,
): void {
  if (columns === 0) return;
  for (let i = 0; i < rows; i++) {
    const to = c.at + i * c.stride;
    for (let p = 0; p < inner; p++) {
      const factor = a.data[a.at + i * a.stride + p] as number;
      const from = b.at + p * b.stride;
      for (let j = 0; j < columns; j++) {
        c.data[to + j] = (c.data[to + j] as number) + factor * (b.data[from + j] as number);
      }
    }
  }
}
