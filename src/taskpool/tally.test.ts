import { expect, it } from 'vitest';
import { createTally, resumeTally } from './tally';
import { classified } from './testing/classified';

const result = classified;

it('counts images, in all and by class, as they come', () => {
  const tally = createTally(3, 2);
  expect([tally.scored, tally.correct, tally.total, tally.next]).toEqual([0, 0, 3, 0]);
  expect(tally.sampleLoss).toBeNaN();
  tally.count(2, 1, result(1, 0.5));
  tally.count(0, 0, result(1, 2));
  expect([tally.scored, tally.correct, tally.total, tally.next]).toEqual([2, 1, 3, 2]);
  expect(tally.perClass).toEqual([
    { scored: 1, correct: 0 },
    { scored: 1, correct: 1 },
  ]);
  expect([...tally.predictions]).toEqual([1, -1, 1]);
  expect(tally.sampleLoss).toBe(1.25);
  expect([tally.complete, tally.loss()]).toEqual([false, null]);
  tally.count(1, 1, result(1, 0.5));
  expect([tally.complete, tally.loss(), tally.sampleLoss]).toEqual([true, 1, 1]);
});

it('knows of every image whether it is done with', () => {
  const tally = createTally(4, 2);
  tally.count(2, 1, result(1, 0.5));
  tally.skip(0, 'broken');
  for (const one of [tally, resumeTally(tally.record())]) {
    expect([0, 1, 2, 3].map((index) => one.has(index))).toEqual([true, false, true, false]);
  }
});

it('leaves out of every number what could not be read', () => {
  const tally = createTally(3, 2);
  tally.count(0, 0, result(0, 1));
  tally.skip(1, 'broken');
  expect(tally.unreadable).toEqual([{ index: 1, reason: 'broken' }]);
  expect([tally.scored, tally.total, tally.next, tally.complete]).toEqual([1, 2, 2, false]);
  tally.count(2, 0, result(1, 4));
  expect([tally.scored, tally.total, tally.next, tally.complete]).toEqual([2, 2, 3, true]);
  expect([tally.loss(), tally.sampleLoss]).toEqual([2.5, 2.5]);
  expect([...tally.predictions]).toEqual([0, -1, 1]);
});

it('gives the mean of batches in data order, whatever the order of scoring, each batch counting alike', () => {
  const tally = createTally(4, 1);
  for (const [index, loss] of [
    [3, 8],
    [0, 1],
    [2, 3],
    [1, 2],
  ] as const) {
    tally.count(index, 0, result(0, loss));
  }
  // Batches of three: (1 + 2 + 3) / 3 and 8 alone.
  expect(tally.loss(3)).toBe(5);
  expect(tally.loss(1)).toBe(3.5);
  expect(tally.loss()).toBe(3.5);
});

it('has no loss where no image could be read, or where there is none', () => {
  const unreadable = createTally(1, 1);
  unreadable.skip(0, 'broken');
  expect([unreadable.complete, unreadable.loss(), unreadable.total]).toEqual([true, null, 0]);
  expect(createTally(0, 1).loss()).toBeNull();
});

it('goes on from its record, which stays as it was', () => {
  const tally = createTally(3, 2);
  tally.count(2, 1, result(1, 0.5));
  tally.skip(0, 'broken');
  const record = tally.record();
  tally.count(1, 0, result(1, 2));
  expect([record.scored, record.predictions[1], record.losses[1]]).toEqual([1, -1, Number.NaN]);
  const resumed = resumeTally(record);
  resumed.count(1, 0, result(1, 2));
  expect(resumed.record()).toEqual(tally.record());
  expect([resumed.complete, resumed.total, resumed.sampleLoss]).toEqual([true, 2, 1.25]);
});

it('has the same mean loss in whatever order its images were counted', () => {
  const losses = [0.1, 0.2, 0.3];
  const meanIn = (order: readonly number[]) => {
    const tally = createTally(losses.length, 2);
    for (const index of order) tally.count(index, 0, classified(0, losses[index] ?? 0));
    return tally.sampleLoss;
  };
  // Added up one after the other they differ in the last digit.
  expect(0.3 + 0.2 + 0.1).not.toBe(0.1 + 0.2 + 0.3);
  expect(meanIn([2, 1, 0])).toBe(meanIn([0, 1, 2]));
});
