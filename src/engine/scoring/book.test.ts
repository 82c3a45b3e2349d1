import { describe, expect, it } from 'vitest';
import { createTally, TALLY_BYTES_PER_IMAGE } from '../../taskpool/tally';
import { classified } from '../../taskpool/testing/classified';
import { count, inputs, mergedUnit, pretrainedUnit, task, unit } from '../testing/scoring';
import { createScoreBook } from './book';

const pets = task('pets', 4);
const cars = task('cars', 2);
const { key: combination } = inputs([pets]);

/** A tally that was made elsewhere, so many pictures far. */
function tally(images: number, counted: number) {
  const made = createTally(images, 2);
  for (let i = 0; i < counted; i++) made.count(i, 0, classified(0, 1));
  return made;
}

describe('the book of scores', () => {
  it('begins a tally for every picture and class, and gives the same one ever after', () => {
    const book = createScoreBook();
    const unit = mergedUnit(pets, 0.3);
    expect(book.find(unit)).toBeUndefined();
    const begun = book.open(unit);
    expect(begun.predictions).toHaveLength(4);
    expect(begun.perClass).toHaveLength(2);
    count(book, unit, 1);
    expect(book.find(unit)).toBe(begun);
    expect(book.open(mergedUnit(task('pets', 4), 0.3))).toBe(begun);
    expect(book.find(mergedUnit(pets, 0.4))).toBeUndefined();
  });

  it('takes in what comes from elsewhere where it is further', () => {
    const book = createScoreBook();
    const unit = mergedUnit(pets, 0.3);
    const [first, same, further, shorter] = [tally(4, 1), tally(4, 1), tally(4, 2), tally(4, 0)];
    book.take(unit.key, first);
    expect(book.find(unit)).toBe(first);
    book.take(unit.key, same);
    expect(book.find(unit)).toBe(first);
    book.take(unit.key, further);
    expect(book.find(unit)).toBe(further);
    book.take(unit.key, shorter);
    expect(book.find(unit)).toBe(further);
  });

  it('tells the factors of a combination and its layers that were begun, on one engine, in ascending order', () => {
    const book = createScoreBook();
    for (const factor of [1, -0.5, 0.3, 10, 2]) book.open(mergedUnit(pets, factor));
    book.open(mergedUnit(cars, 0.3));
    book.open(mergedUnit(cars, 0.7));
    book.open(mergedUnit(pets, 0.9, 'webgpu'));
    book.open(pretrainedUnit(pets));
    expect(book.visited('cpu', { key: combination })).toEqual([-0.5, 0.3, 0.7, 1, 2, 10]);
    expect(book.visited('webgpu', { key: combination })).toEqual([0.9]);
    expect(book.visited('cpu', { key: { ...combination, method: 'other' } })).toEqual([]);
    const layers = { post: 0.5 };
    const { engine, weights, task: of } = mergedUnit(pets, 0.8).key;
    if (weights.kind === 'merged') {
      book.open(unit({ engine, weights: { ...weights, layers }, task: of }, pets));
    }
    expect(book.visited('cpu', { key: combination, layers })).toEqual([0.8]);
    expect(book.visited('cpu', { key: combination, layers: { post: 0.25 } })).toEqual([]);
    expect(book.visited('cpu', { key: combination })).not.toContain(0.8);
  });
});

describe('a book that is full', () => {
  /** Twelve bytes for a picture: room for so many. */
  const bookOf = (pictures: number) => createScoreBook(TALLY_BYTES_PER_IMAGE * pictures);

  it('forgets the oldest first, and as little as it must', () => {
    const book = bookOf(8);
    const units = [0.1, 0.2, 0.3].map((factor) => mergedUnit(pets, factor));
    const small = mergedUnit(cars, 0.1);
    for (const unit of units) book.open(unit);
    expect(units.map((unit) => book.find(unit) !== undefined)).toEqual([false, true, true]);
    book.open(small);
    expect(units.map((unit) => book.find(unit) !== undefined)).toEqual([false, false, true]);
    // What was forgotten has given its room back.
    book.open(mergedUnit(cars, 0.2));
    expect(units.map((unit) => book.find(unit) !== undefined)).toEqual([false, false, true]);
    expect(book.find(small)).toBeDefined();
  });

  it('keeps the one that is scored now, though it alone is too large', () => {
    const book = bookOf(3);
    const [older, large] = [mergedUnit(cars, 0.1), mergedUnit(pets, 0.2)];
    book.open(older);
    book.open(large);
    expect(book.find(older)).toBeUndefined();
    expect(book.find(large)).toBeDefined();
  });

  it('keeps what is in demand, though it is more than there is room for, until something else is', () => {
    const book = bookOf(4);
    const demand = [0.1, 0.2, 0.3].map((factor) => mergedUnit(pets, factor));
    const other = mergedUnit(cars, 0.4);
    book.open(other);
    book.hold(demand);
    for (const unit of demand) book.open(unit);
    expect(demand.map((unit) => book.find(unit) !== undefined)).toEqual([true, true, true]);
    expect(book.find(other)).toBeUndefined();
    book.hold([other]);
    book.open(other);
    expect(demand.map((unit) => book.find(unit) !== undefined)).toEqual([false, false, false]);
  });

  it('takes one that is replaced for younger, and counts its room once', () => {
    const book = bookOf(8);
    const [a, b] = [mergedUnit(pets, 0.1), mergedUnit(pets, 0.2)];
    book.open(a);
    book.open(b);
    for (let far = 1; far <= 4; far++) book.take(a.key, tally(4, far));
    expect(book.find(b)).toBeDefined();
    book.open(mergedUnit(pets, 0.3));
    expect(book.find(b)).toBeUndefined();
    expect(book.find(a)?.next).toBe(4);
  });

  it('has not visited a factor whose last tally is forgotten', () => {
    const book = bookOf(8);
    book.open(mergedUnit(cars, 0.1));
    book.open(mergedUnit(pets, 0.1));
    book.open(mergedUnit(pets, 0.2));
    expect(book.visited('cpu', { key: combination })).toEqual([0.1, 0.2]);
    book.open(mergedUnit(pets, 0.3));
    expect(book.visited('cpu', { key: combination })).toEqual([0.2, 0.3]);
    book.open(pretrainedUnit(pets));
    book.open(pretrainedUnit(task('others', 8)));
    expect(book.visited('cpu', { key: combination })).toEqual([]);
    book.open(mergedUnit(pets, 0.2));
    expect(book.visited('cpu', { key: combination })).toEqual([0.2]);
  });

  it('has room for what a long visit scores', () => {
    const book = createScoreBook();
    const large = task('large', 10_000);
    const units = Array.from({ length: 20 }, (_, i) => mergedUnit(large, i));
    for (const unit of units) book.open(unit);
    expect(units.every((unit) => book.find(unit))).toBe(true);
  });
});

describe('pictures that cannot be read', () => {
  it('are told of one image set, whichever model met them, each once and in order', () => {
    const book = createScoreBook();
    const [one, two, other] = [mergedUnit(pets, 0.1), pretrainedUnit(pets), pretrainedUnit(cars)];
    book.open(one).skip(3, 'no picture');
    book.open(one).skip(1, 'cut off');
    book.open(two).skip(2, 'empty');
    book.open(two).skip(1, 'cut off');
    book.open(other).skip(0, 'of another set');
    expect(book.unreadable('pets')).toEqual([
      { index: 1, reason: 'cut off' },
      { index: 2, reason: 'empty' },
      { index: 3, reason: 'no picture' },
    ]);
    expect(book.unreadable('nothing')).toEqual([]);
  });
});
