import { describe, expect, it } from 'vitest';
import {
  count,
  demand,
  inputs,
  mergedUnit,
  pretrainedUnit,
  source,
  task,
  unit,
} from '../testing/scoring';
import { createScoreBook } from './book';
import { demandText, describeUnit, scoringText, shareOf } from './demand';

describe('the text of a demand', () => {
  const text = (...given: Parameters<typeof demand>) => demandText(demand(...given));

  it('is the same for the same scores', () => {
    expect(text(inputs([task('a', 2, 'own')]))).toBe(text(inputs([task('a', 2, 'own')])));
  });

  it('is another one with everything that asks for other scores', () => {
    const texts = [
      text(inputs([task('a', 2)])),
      text(inputs([task('a', 2)]), 0.4),
      text(inputs([task('a', 2)]), 0.3, [0]),
      text(inputs([task('b', 2)])),
      text(inputs([task('a', 2), task('b', 2)])),
      text(inputs([task('a', 2, 'own')])),
      text(inputs([task('a', 2, 'other')])),
      text(inputs([task('a', 2)], 2)),
      text({ ...inputs([task('a', 2)]), experts: [] }),
      demandText({ ...demand(inputs([task('a', 2)]), 0.3, [0]), sweepPictures: 1 }),
      demandText({ ...demand(inputs([task('a', 2)]), 0.3, [0]), sweepPictures: 2 }),
    ];
    expect(new Set(texts).size).toBe(texts.length);
  });
});

describe('the share that is done', () => {
  it('counts the pictures of all columns in demand', () => {
    const book = createScoreBook();
    const [one, two] = [task('a', 4, 'own'), task('b', 2)];
    const wanted = demand(inputs([one, two]), 0.3, [1]);
    // Two merged columns of 6 pictures, the pretrained of 6, the expert's of 4.
    expect(shareOf(wanted, book, 'cpu')).toBe(0);
    count(book, mergedUnit(one, 0.3), 3);
    count(book, pretrainedUnit(two), 1);
    expect(shareOf(wanted, book, 'cpu')).toBe(4 / 22);
    expect(shareOf(wanted, book, 'webgpu')).toBe(0);
  });

  it('is all where there is no picture', () => {
    expect(shareOf(demand(inputs([])), createScoreBook(), 'cpu')).toBe(1);
  });
});

it('is told with how far its column is, until that is complete', () => {
  const book = createScoreBook();
  const [one, two] = [task('a', 4, 'own'), task('b', 2)];
  const wanted = demand(inputs([one, two]));
  const said = () => scoringText(pretrainedUnit(two), wanted, book, 'cpu');
  count(book, mergedUnit(one, 0.3), 4);
  count(book, pretrainedUnit(two), 1);
  expect(said()).toBe('Scoring the pretrained model on b (1 of 6 images so far)');
  book.open(pretrainedUnit(two)).skip(1, 'cut off');
  expect(said()).toBe('Scoring the pretrained model on b (1 of 5 images so far)');
  count(book, pretrainedUnit(one), 4);
  expect(said()).toBe('Scoring the pretrained model on b');
});

it('is described by what is scored on which task', () => {
  const pets = task('pets', 1, 'own');
  const { key } = source('own');
  const expert = unit(
    { engine: 'cpu', weights: { kind: 'expert', base: key, expert: key }, task: pets.key },
    pets,
  );
  expect(describeUnit(pretrainedUnit(pets))).toBe('Scoring the pretrained model on pets');
  expect(describeUnit(mergedUnit(pets, 0.3))).toBe('Scoring the merged model at 0.3 on pets');
  expect(describeUnit(expert)).toBe('Scoring the expert of pets');
});
