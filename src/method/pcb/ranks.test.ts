import fc from 'fast-check';
import { expect, it } from 'vitest';
import { elementsOfRanks } from './ranks';

it('finds the elements of any ranks, whatever their signs, in pieces', async () => {
  const list = fc.array(fc.float({ noNaN: true }), { minLength: 5, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(list, list, fc.nat({ max: 4 }), async (first, second, rank) => {
      const lists = [first, second].map((values) => Float32Array.from(values));
      const found = await elementsOfRanks(
        async (see) => {
          for (const [place, values] of lists.entries()) {
            see(place, values.subarray(2));
            see(place, values.subarray(0, 2));
          }
        },
        2,
        [rank, 4],
      );
      const sorted = lists.map((values) => values.toSorted());
      expect(found).toEqual(sorted.map((values) => [values[rank], values[4]]));
    }),
    { numRuns: 30 },
  );
});
