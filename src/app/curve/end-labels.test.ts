import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeLabels } from './end-labels';

const GAP = 13;
const lines = fc.array(
  fc.record({
    y: fc.double({ min: -50, max: 400, noNaN: true }),
    weight: fc.integer({ min: 0, max: 3 }),
  }),
  { maxLength: 40 },
);

describe('names at the ends of lines', () => {
  it('never lie over each other or beyond the plot, and keep the order of their lines', () => {
    fc.assert(
      fc.property(lines, fc.integer({ min: 60, max: 320 }), (items, bottom) => {
        const placed = placeLabels(items, GAP, 20, bottom);
        for (const [i, { item, y }] of placed.entries()) {
          expect(y).toBeGreaterThanOrEqual(20 - 1e-6);
          expect(y).toBeLessThanOrEqual(bottom + 1e-6);
          const above = placed[i - 1];
          if (!above) continue;
          expect(y - above.y).toBeGreaterThanOrEqual(GAP - 1e-6);
          expect(item.y).toBeGreaterThanOrEqual(above.item.y);
        }
      }),
    );
  });

  it('stay at their lines where there is room', () => {
    const items = [40, 80, 200].map((y) => ({ y, weight: 0 }));
    expect(placeLabels(items, GAP, 10, 300).map(({ y }) => y)).toEqual([40, 80, 200]);
  });

  it('leave out the lightest where not all fit, and no more than that', () => {
    const items = [1, 0, 2, 0].map((weight, i) => ({ y: 30 + i, weight }));
    const kept = placeLabels(items, 10, 20, 40).map(({ item }) => item.weight);
    expect(kept.toSorted()).toEqual([0, 1, 2]);
  });
});
