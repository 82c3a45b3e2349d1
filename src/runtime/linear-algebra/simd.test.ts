import fc from 'fast-check';
import { expect, it } from 'vitest';
import { block, ROOM_BETWEEN } from './matrix';
import { multiplyAdd } from './reference';
import { createSimdProducts } from './simd';

const products = createSimdProducts();
if (!products) throw new Error('this machine has no SIMD');

/** Whatever the sizes: blocks in the middle of larger ones, of which nothing but c's block may change. */
function check(rows: number, columns: number, inner: number, gap: number, seed: number): void {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const sizes = [
    { height: rows, width: columns },
    { height: rows, width: inner },
    { height: inner, width: columns },
  ];
  const length = ({ height, width }: { height: number; width: number }) =>
    (height + 1) * (width + gap) + gap;
  products?.reserve(sizes.reduce((sum, size) => sum + length(size) + ROOM_BETWEEN, 0));
  const blocks = sizes.map((size) => {
    const data = products?.take(length(size)) ?? new Float64Array();
    for (let i = 0; i < data.length; i++) data[i] = next();
    return block(data, size.width + gap, gap);
  });
  const copies = blocks.map(({ data, stride, at }) => block(data.slice(), stride, at));
  const [c, a, b] = blocks;
  const [expected, left, right] = copies;
  if (!c || !a || !b || !expected || !left || !right) throw new Error('three blocks');
  products?.multiplyAdd(c, a, b, rows, columns, inner);
  multiplyAdd(expected, left, right, rows, columns, inner);
  expect(c.data).toEqual(expected.data);
}

it('multiplies as the reference does, to the last bit', () => {
  const size = fc.integer({ min: 0, max: 21 });
  fc.assert(fc.property(size, size, size, fc.integer({ min: 0, max: 5 }), fc.nat(), check));
});

it.each([
  [9, 1030, 3],
  [5, 7, 600],
  [1, 515, 259],
  [130, 4, 257],
])('multiplies %i x %i over %i, more than is packed at a time', (rows, columns, inner) => {
  check(rows, columns, inner, 1, rows);
});
