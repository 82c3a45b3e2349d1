import { describe, expect, it } from 'vitest';
import { type ByteRange, joinRanges, rangesWithout, sizeOfRanges } from './byte-ranges';

const ranges = (...pairs: readonly [number, number][]): ByteRange[] =>
  pairs.map(([begin, end]) => ({ begin, end }));

describe('ranges of bytes', () => {
  it('are joined where they meet, overlap or lie close', () => {
    const all = ranges([20, 30], [0, 5], [3, 8], [8, 10], [21, 22], [40, 40]);
    expect(joinRanges(all)).toEqual(ranges([0, 10], [20, 30]));
    expect(joinRanges(all, 9)).toEqual(ranges([0, 10], [20, 30]));
    expect(joinRanges(all, 10)).toEqual(ranges([0, 30]));
    expect(sizeOfRanges(all)).toBe(20);
  });

  it('are what others leave of them', () => {
    const others = ranges([2, 4], [9, 12], [30, 40]);
    expect(rangesWithout(ranges([0, 10], [20, 30]), others)).toEqual(
      ranges([0, 2], [4, 9], [20, 30]),
    );
    expect(rangesWithout(ranges([2, 4], [31, 39]), others)).toEqual([]);
    expect(rangesWithout(ranges([0, 50]), others)).toEqual(
      ranges([0, 2], [4, 9], [12, 30], [40, 50]),
    );
  });
});
