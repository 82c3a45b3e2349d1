import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countKept, electSigns, keepAgreeing } from './elect';

/** Every kind of float32: zeros of both signs, subnormals, infinities and what is no number among them. */
const number = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, Number.NaN, Infinity, -Infinity, 1e-45, -1e-45),
  fc.float({ noDefaultInfinity: false }),
);
const pairs = fc.array(fc.tuple(number, number), { maxLength: 40 });

it('elects by the sum and keeps what agrees, as comparisons with zero do', () => {
  fc.assert(
    fc.property(pairs, (given) => {
      const sums = Float32Array.from(given, ([sum]) => sum);
      const values = Float32Array.from(given, ([, value]) => value);
      const signs = electSigns(sums);
      const agrees = (i: number) => {
        const sign = (sums[i] as number) >= 0 ? 1 : -1;
        return (values[i] as number) * sign > 0;
      };
      expect([...signs]).toEqual(Array.from(sums, (sum) => (sum >= 0 ? 0 : -1)));
      const expected = Array.from(values, (value, i) => (agrees(i) ? value : 0));
      const counted = Array.from(values, (_, i) => 3 + Number(agrees(i)));
      keepAgreeing(values, signs);
      // A zero of either sign is as good as one that was dropped.
      expect(Array.from(values, (value) => value + 0)).toEqual(expected);
      const counts = new Uint32Array(values.length).fill(3);
      countKept(counts, values);
      expect([...counts]).toEqual(counted);
    }),
    { numRuns: 500 },
  );
});
