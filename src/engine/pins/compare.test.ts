import { describe, expect, it } from 'vitest';
import { classified } from '../../taskpool/testing/classified';
import { comparedScores } from '../insight/guesses';
import { taskInsight } from '../insight/task-insight';
import { createScoreBook, type ScoreBook } from '../scoring/book';
import type { Unit } from '../scoring/plan';
import type { TaskInput } from '../scoring/readiness';
import { inputs, mergedUnit, task } from '../testing/scoring';
import { comparePair } from './compare';

/** Labels by turns 0 and 1. */
const pets = task('pets', 6);
const cars = task('cars', 2);

function predict(book: ScoreBook, of: Unit, predictions: Readonly<Record<number, number>>): void {
  const tally = book.open(of);
  for (const [place, prediction] of Object.entries(predictions)) {
    const top = [{ label: prediction, probability: 0.75 }];
    const label = of.task.labels[Number(place)] ?? 0;
    tally.count(Number(place), label, classified(prediction, 1, { top, rank: 0 }));
  }
}

const at = (factor: number, ...tasks: TaskInput[]) => tasks.map((each) => mergedUnit(each, factor));

function filled(): ScoreBook {
  const book = createScoreBook();
  // A right: 0, 1, 4; B right: 0, 3 (and 5, which A has not scored).
  predict(book, mergedUnit(pets, 0.1), { 0: 0, 1: 1, 2: 1, 3: 0, 4: 0 });
  predict(book, mergedUnit(pets, 0.2), { 0: 0, 1: 0, 2: 1, 3: 1, 4: 1, 5: 1 });
  predict(book, mergedUnit(cars, 0.1), { 0: 0, 1: 1 });
  predict(book, mergedUnit(cars, 0.2), { 0: 0, 1: 1 });
  return book;
}

describe('two merges', () => {
  it('are compared on the pictures that both were scored on', () => {
    const { tasks, average } = comparePair(filled(), at(0.1, pets, cars), at(0.2, pets, cars));
    expect(tasks.pets).toMatchObject({
      pictures: 5,
      onlyA: 2,
      onlyB: 1,
      differing: 3,
      a: 0.6,
      b: 0.4,
      complete: false,
      verdict: 'no difference that these pictures can show',
    });
    expect(tasks.pets?.difference).toBeCloseTo(-0.2, 12);
    expect(tasks.cars).toMatchObject({ pictures: 2, differing: 0, a: 1, b: 1, complete: true });
    expect(average).toMatchObject({ pictures: 7, onlyA: 2, onlyB: 1, a: 0.8, complete: false });
    expect(average?.b).toBeCloseTo(0.7, 12);
    expect(average?.difference).toBeCloseTo(-0.1, 12);
  });

  it('are compared on the pictures to report on where a task is split', () => {
    const split = {
      ...pets,
      split: { choosing: [0, 1, 4, 5], reporting: [3, 2], share: 0.5, seed: 0 } as const,
    };
    const { tasks } = comparePair(filled(), at(0.1, split), at(0.2, split));
    expect(tasks.pets).toMatchObject({ pictures: 2, onlyA: 0, onlyB: 1, complete: true });
  });

  it('have nothing to compare without a common picture', () => {
    expect(comparePair(filled(), at(0.1, pets), at(0.9, pets))).toEqual({
      tasks: {},
      average: null,
    });
    expect(comparePair(filled(), at(0.1, pets), at(0.1, cars))).toEqual({
      tasks: {},
      average: null,
    });
  });

  it.each([
    ['only a', [1, 4]],
    ['only b', [3]],
    ['differing', [1, 3, 4]],
  ] as const)('have pictures: %s', (group, places) => {
    const scores = comparedScores(
      filled(),
      { inputs: inputs([pets]), scalingFactor: 0.2 },
      'cpu',
      'pets',
      { a: at(0.1, pets), b: at(0.2, pets) },
    );
    if (!scores) throw new Error('the task is in demand');
    const { pictures, groups } = taskInsight(scores, { group, label: null, offset: 0, limit: 9 });
    expect(pictures.map(({ index }) => index)).toEqual(places);
    expect(groups[group]).toBe(places.length);
    expect(pictures[0]?.guesses).toHaveProperty('a');
  });
});
