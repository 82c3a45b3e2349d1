import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../clip/images/decode';
import { greyOf, inkOf, pgm, type Stroke } from './raster';

const line = (...points: readonly (readonly [number, number])[]): Stroke =>
  points.map(([x, y]) => ({ x, y }));
const rowOf = (ink: Uint8ClampedArray, side: number, y: number) => [
  ...ink.slice(y * side, (y + 1) * side),
];

describe('what is drawn', () => {
  it('is full along the stroke and soft at its edges', () => {
    const ink = inkOf([line([2, 6], [10, 6])], 12);
    // The pen's radius is 0.75: half a pixel away it covers three quarters, and less beyond the ends.
    const end = Math.round(255 * (1.25 - Math.SQRT1_2));
    expect(rowOf(ink, 12, 5)).toEqual([0, end, 191, 191, 191, 191, 191, 191, 191, 191, end, 0]);
    expect(rowOf(ink, 12, 6)).toEqual(rowOf(ink, 12, 5));
    expect(rowOf(ink, 12, 3)).toEqual(Array.from({ length: 12 }, () => 0));
  });

  it('is as dark where a stroke is crossed', () => {
    const one = line([6, 0], [6, 12]);
    const both = inkOf([one, line([0, 6], [12, 6])], 12);
    expect(both[6 * 12 + 6]).toBe(inkOf([one], 12)[6 * 12 + 6]);
  });

  it('has a dot for a point, and stays within its bounds', () => {
    expect(inkOf([line([0, 0])], 4)[0]).toBeGreaterThan(100);
    expect(inkOf([line([-9, -9], [-5, -9])], 4)).toEqual(new Uint8ClampedArray(16));
  });

  it('has a pen that grows with the picture', () => {
    const covered = (side: number) =>
      inkOf([line([side / 4, side / 2], [(3 * side) / 4, side / 2])], side).filter(Boolean).length;
    expect(covered(224) / 224 ** 2).toBeCloseTo(covered(28) / 28 ** 2, 1);
  });
});

it('is the same after it went through a file', async () => {
  const ink = inkOf([line([1, 1], [6, 5])], 8);
  for (const isDark of [true, false]) {
    const grey = greyOf(ink, isDark);
    const { width, height, data } = await decodeImage({ name: 'drawing.pgm', blob: pgm(grey, 8) });
    expect([width, height]).toEqual([8, 8]);
    expect([...data]).toEqual([...grey].flatMap((value) => [value, value, value]));
  }
  expect(greyOf(ink, true)[0]).toBe(255 - (greyOf(ink, false)[0] ?? 0));
});
