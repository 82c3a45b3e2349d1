import { describe, expect, it } from 'vitest';
import { stratifiedOrder } from './stratified-order';

/** `sizes[c]` images of each class c, class by class as a folder holds them. */
function labelsOf(sizes: readonly number[]): number[] {
  return sizes.flatMap((size, label) => Array.from({ length: size }, () => label));
}

const SETS = {
  balanced: [20, 20, 20],
  uneven: [1, 2, 3, 50, 7],
  'one large and many single': [900, ...Array.from({ length: 100 }, () => 1)],
  'two of almost the same size': [11, 10],
  'one class': [5],
  'many classes': Array.from({ length: 60 }, (_, i) => 1 + ((i * 37) % 23)),
};

describe.each(Object.entries(SETS))('%s', (_, sizes) => {
  const labels = labelsOf(sizes);
  const order = stratifiedOrder(labels, 3);

  it('is a permutation', () => {
    expect(order.toSorted((a, b) => a - b)).toEqual(labels.map((_, i) => i));
  });

  it('gives each class its share of every prefix, rounded down or up', () => {
    const counts = sizes.map(() => 0);
    order.forEach((image, place) => {
      const label = labels[image] as number;
      counts[label] = (counts[label] as number) + 1;
      counts.forEach((count, c) => {
        const share = ((place + 1) * (sizes[c] as number)) / labels.length;
        if (count < Math.floor(share) || count > Math.ceil(share)) {
          throw new Error(
            `class ${c} has ${count} of the first ${place + 1}, its share is ${share}`,
          );
        }
      });
    });
    expect(counts).toEqual(sizes);
  });
});

it('is the same for the same seed and another for another', () => {
  const labels = labelsOf([30, 30]);
  expect(stratifiedOrder(labels, 7)).toEqual(stratifiedOrder(labels, 7));
  expect(stratifiedOrder(labels)).toEqual(stratifiedOrder(labels, 0));
  expect(stratifiedOrder(labels, 8)).not.toEqual(stratifiedOrder(labels, 7));
});

it('does not take the images of a class in the order of their files', () => {
  const order = stratifiedOrder(labelsOf([100]), 1);
  expect(order).not.toEqual(order.toSorted((a, b) => a - b));
});

it('has nothing to order without images, and takes any labels', () => {
  expect(stratifiedOrder([])).toEqual([]);
  expect(stratifiedOrder([-4, 17, -4]).length).toBe(3);
});
