import { describe, expect, it } from 'vitest';
import { simpleAverage } from '../../method/simple-average';
import { classified } from '../../taskpool/testing/classified';
import { createScoreBook, type ScoreBook } from '../scoring/book';
import type { Unit } from '../scoring/plan';
import type { TaskInput } from '../scoring/readiness';
import { inputs, mergedUnit, pretrainedUnit, source, task, unit } from '../testing/scoring';
import { comparedScores } from './guesses';
import { taskInsight } from './task-insight';
import type { PictureQuery } from './types';

/** Labels 0, 1, 0, 1, 0, 1. */
const pets = task('pets', 6, 'own');
const all: PictureQuery = { group: 'all', label: null, offset: 0, limit: 10 };

const expertUnit = (from: TaskInput) =>
  unit(
    {
      engine: 'cpu',
      weights: { kind: 'expert', base: source('base').key, expert: source('own').key },
      task: from.key,
    },
    from,
  );

/** Counts pictures by their places: predicted as this class with that probability. */
function predict(book: ScoreBook, of: Unit, predictions: Readonly<Record<number, number>>): void {
  const tally = book.open(of);
  for (const [place, prediction] of Object.entries(predictions)) {
    const label = of.task.labels[Number(place)] ?? 0;
    const top = [
      { label: prediction, probability: 0.75 },
      { label: 1 - prediction, probability: 0.25 },
    ];
    tally.count(
      Number(place),
      label,
      classified(prediction, 1, { top, rank: Number(prediction !== label) }),
    );
  }
}

function ask(book: ScoreBook, query: PictureQuery = all, scalingFactor = 0.3, from = pets) {
  const scores = comparedScores(book, { inputs: inputs([from]), scalingFactor }, 'cpu', from.id);
  if (!scores) throw new Error('the task is in demand');
  return taskInsight(scores, query);
}

describe('what merging did to each picture', () => {
  const book = createScoreBook();
  // Right at 0: all; 1: pretrained and expert; 2: merged; 3: expert; 4: none; 5 is not scored by the merged model.
  predict(book, pretrainedUnit(pets), { 0: 0, 1: 1, 2: 1, 3: 0, 4: 1, 5: 1 });
  predict(book, mergedUnit(pets, 0.3), { 0: 0, 1: 0, 2: 0, 3: 0, 4: 1 });
  predict(book, expertUnit(pets), { 0: 0, 1: 1, 2: 1, 3: 1, 4: 1, 5: 0 });

  it('is counted by group', () => {
    expect(ask(book).groups).toEqual({ all: 6, lost: 1, gained: 1, unlearned: 2, 'all wrong': 1 });
  });

  it.each([
    ['all', [0, 1, 2, 3, 4, 5]],
    ['lost', [1]],
    ['gained', [2]],
    ['unlearned', [1, 3]],
    ['all wrong', [4]],
  ] as const)('%s', (group, places) => {
    const { pictures, total } = ask(book, { ...all, group });
    expect(pictures.map(({ index }) => index)).toEqual(places);
    expect(total).toBe(places.length);
  });

  it('is asked for by class and in parts', () => {
    const { pictures, total, groups } = ask(book, { ...all, label: 1, offset: 1, limit: 1 });
    expect(pictures.map(({ index }) => index)).toEqual([3]);
    expect([total, groups.all]).toEqual([3, 6]);
  });

  it('has what each model made of it', () => {
    const [, second] = ask(book).pictures;
    expect(second).toEqual({
      index: 1,
      name: '1',
      label: 1,
      guesses: {
        pretrained: { right: true, top: top(1, 0.75, 0.25) },
        merged: { right: false, top: top(0, 0.75, 0.25) },
        expert: { right: true, top: top(1, 0.75, 0.25) },
      },
    });
    expect(ask(book).pictures[5]?.guesses.merged).toBeNull();
  });

  it('is of the pictures to report on where the task is split', () => {
    const split = {
      ...pets,
      split: { choosing: [0, 1, 2], reporting: [4, 3], share: 0.5, seed: 0 } as const,
    };
    const { pictures, groups } = ask(book, all, 0.3, split);
    expect(pictures.map(({ index }) => index)).toEqual([4, 3]);
    expect(groups.all).toBe(2);
  });
});

const top = (label: number, first: number, second: number) => [
  { label, probability: first },
  { label: 1 - label, probability: second },
];

describe('a picture that is not scored at the present value', () => {
  const book = createScoreBook();
  predict(book, pretrainedUnit(pets), { 0: 0 });
  predict(book, mergedUnit(pets, 0.1), { 0: 0 });
  predict(book, mergedUnit(pets, 0.2), { 0: 1 });
  predict(book, mergedUnit(pets, 0.5), { 0: 0, 1: 1 });
  const at = (scalingFactor: number, place = 0) =>
    ask(book, all, scalingFactor).pictures[place]?.guesses.merged;

  it('is shown as it is at the nearest where it is, and that is said', () => {
    expect(at(0.3)).toMatchObject({ right: false, at: 0.2 });
    expect(at(0.4)).toMatchObject({ right: true, at: 0.5 });
    expect(at(0.3, 1)).toMatchObject({ right: true, at: 0.5 });
    expect(at(0.2)).not.toHaveProperty('at');
    expect(at(0.3, 2)).toBeNull();
  });

  it('counts for no figure of the model', () => {
    expect(ask(book, all, 0.3).models.merged).toBeNull();
    expect(ask(book, all, 0.5).models.merged?.scored).toBe(2);
  });
});

describe('the figures of a model', () => {
  it('are of the pictures that it was scored on', () => {
    const book = createScoreBook();
    predict(book, mergedUnit(pets, 0.3), { 0: 0, 1: 0, 2: 0, 4: 1 });
    const { merged, pretrained } = ask(book).models;
    expect(pretrained).toBeNull();
    expect(merged).toMatchObject({ scored: 4, correct: 2, top5: 4 });
    expect(merged?.confusion).toEqual([
      { label: 0, prediction: 0, images: 2 },
      { label: 0, prediction: 1, images: 1 },
      { label: 1, prediction: 0, images: 1 },
    ]);
    expect(merged?.calibration.error).toBeCloseTo(0.25, 12);
  });

  it('are those of the merge without a scaling factor, too', () => {
    const book = createScoreBook();
    const averaged = inputs([pets], 1, simpleAverage);
    const scores = comparedScores(book, { inputs: averaged, scalingFactor: 0.3 }, 'cpu', 'pets');
    expect(scores && taskInsight(scores, all).models).toEqual({
      pretrained: null,
      merged: null,
      expert: null,
    });
  });
});

it('a task that is not scored has none', () => {
  const demand = { inputs: inputs([pets]), scalingFactor: 0.3 };
  expect(comparedScores(createScoreBook(), demand, 'cpu', 'cars')).toBeNull();
});
