import { describe, expect, it } from 'vitest';
import { simpleAverage } from '../../method/simple-average';
import { count, demand, inputs, mergedUnit, task } from '../testing/scoring';
import { createScoreBook } from './book';
import { nextRefinement, REFINED_PICTURES, REFINED_VALUES } from './refine';

const cars = task('cars', 4);
const pets = task('pets', 4);
const both = inputs([cars, pets]);

/** A book in which these values of both tasks have one picture. */
function lookedAt(...values: number[]) {
  const book = createScoreBook();
  for (const value of values) {
    for (const of of [cars, pets]) count(book, mergedUnit(of, value), 1);
  }
  return book;
}

/** The values in the order in which they are refined to the end. */
function order(book: ReturnType<typeof createScoreBook>, present = 0.5, of = both): number[] {
  const seen = new Set<number>();
  for (;;) {
    const unit = nextRefinement(demand(of, present), 'cpu', book);
    if (!unit) return [...seen];
    const { weights } = unit.key;
    if (weights.kind === 'merged') seen.add(weights.scalingFactor);
    count(book, unit, 1);
  }
}

describe('refining', () => {
  it('goes on with the values that were looked at, nearest to the present one first, each to its end', () => {
    expect(order(lookedAt(0, 0.3, 0.5, 0.6, 2))).toEqual([0.6, 0.3, 0, 2]);
    expect(order(lookedAt(0, 2), 1.5)).toEqual([2, 0]);
  });

  it('takes the task that is least far', () => {
    const book = lookedAt(0);
    count(book, mergedUnit(cars, 0), 1);
    expect(nextRefinement(demand(both, 0.5), 'cpu', book)?.task.name).toBe('pets');
  });

  it('leaves alone what was passed without counting anything, another engine’s and another merge’s', () => {
    const book = createScoreBook();
    book.open(mergedUnit(cars, 0));
    count(book, mergedUnit(cars, 1, 'webgpu'), 1);
    expect(order(book)).toEqual([]);
    expect(order(lookedAt(0), 0.5, inputs([cars, pets], 2))).toEqual([]);
  });

  it('begins what is worth a look by itself, in its turn', () => {
    const book = lookedAt(0, 2);
    const seen: number[] = [];
    for (;;) {
      const unit = nextRefinement(demand(both, 0.5), 'cpu', book, [1.5, 0.5]);
      if (!unit) break;
      const { weights } = unit.key;
      if (weights.kind === 'merged') seen.push(weights.scalingFactor);
      count(book, unit, 1);
    }
    expect([...new Set(seen)]).toEqual([0, 1.5, 2]);
    expect(book.find(mergedUnit(cars, 1.5))?.complete).toBe(true);
  });

  it('has an end: so many values, so many pictures of each task', () => {
    const values = Array.from({ length: REFINED_VALUES + 5 }, (_, i) => i);
    expect(order(lookedAt(...values), -1)).toEqual(values.slice(0, REFINED_VALUES));
    const large = task('large', 2 * REFINED_PICTURES);
    const book = createScoreBook();
    count(book, mergedUnit(large, 0), 1);
    expect(order(book, 0.5, inputs([large]))).toEqual([0]);
    expect(book.find(mergedUnit(large, 0))?.next).toBe(REFINED_PICTURES);
  });

  it('is of no use without experts, or without a factor', () => {
    expect(order(lookedAt(0), 0.5, { ...both, experts: [] })).toEqual([]);
    expect(order(lookedAt(0), 0.5, inputs([cars, pets], 1, simpleAverage))).toEqual([]);
  });
});
