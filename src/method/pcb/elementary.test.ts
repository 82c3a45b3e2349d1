import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, tanh } from './elementary';

/** Of double precision, and a few roundings. */
const NEAR = 2e-15;

describe.each([
  ['exp', exp, Math.exp, 700],
  ['tanh', tanh, Math.tanh, 30],
] as const)('%s', (_, own, reference, reach) => {
  it('is as near to the function as doubles can tell, and the same when rounded to float32', () => {
    const close = (x: number) => {
      const expected = reference(x);
      expect(Math.abs(own(x) - expected)).toBeLessThanOrEqual(NEAR * Math.abs(expected));
    };
    fc.assert(fc.property(fc.double({ min: -reach, max: reach, noNaN: true }), close));
    for (const near of [0.1, 2]) {
      fc.assert(fc.property(fc.double({ min: -near, max: near, noNaN: true }), close));
    }
    for (let x = -2; x <= 2; x += 1 / 1024) close(x);
  });

  it.each([0, -0, 1, -1, 1e-30, -1e-30, 1000, -1000, Infinity, -Infinity, Number.NaN])(
    'of %d is what it is elsewhere',
    (x) => {
      expect(Math.fround(own(x))).toBe(Math.fround(reference(x)));
    },
  );
});
