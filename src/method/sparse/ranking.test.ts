import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ranking } from './ranking';

it('gives the places of numbers in their order, of equal ones the first first, list after list', () => {
  // Few different numbers, so that there are equal ones, beside all that there are.
  const number = fc.oneof(fc.nat({ max: 3 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  const lists = fc.nat({ max: 80 }).chain((length) => {
    const list = fc.array(number, { minLength: length, maxLength: length });
    return fc.array(list, { minLength: 1, maxLength: 3 });
  });
  fc.assert(
    fc.property(lists, (given) => {
      const placesByRank = ranking(given[0]?.length ?? 0);
      for (const numbers of given) {
        const expected = numbers
          .map((value, place) => ({ value, place }))
          .sort((a, b) => a.value - b.value)
          .map(({ place }) => place);
        expect([...placesByRank(Uint32Array.from(numbers))]).toEqual(expected);
      }
    }),
  );
});
