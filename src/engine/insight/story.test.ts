import { describe, expect, it } from 'vitest';
import { classified } from '../../taskpool/testing/classified';
import { createScoreBook, type ScoreBook } from '../scoring/book';
import { mergedColumn, type Unit } from '../scoring/plan';
import { inputs, mergedUnit, pretrainedUnit, source, task } from '../testing/scoring';
import { pictureStory } from './story';

/** Labels 0, 1, 0, 1, 0, 1. */
const pets = task('pets', 6, 'own');
const cars = task('cars', 6);
const both = inputs([pets, cars]);
const isRight = (verdict: string) => verdict === 'R';

/** Counts pictures by their places: right (`R`), wrong (`W`) or, with a dash, not at all. */
function see(book: ScoreBook, unit: Unit, verdicts: string, probability = 0.75): void {
  const tally = book.open(unit);
  for (const [place, verdict] of [...verdicts].entries()) {
    if (verdict === '-') continue;
    const label = unit.task.labels[place] ?? 0;
    const prediction = isRight(verdict) ? label : 1 - label;
    const top = [
      { label: prediction, probability },
      { label: 1 - prediction, probability: 1 - probability },
    ];
    tally.count(place, label, classified(prediction, 1, { top, rank: isRight(verdict) ? 0 : 1 }));
  }
}

const tell = (book: ScoreBook, of = both, before: Parameters<typeof pictureStory>[3] = null) => {
  const story = pictureStory(book, { inputs: of }, 'cpu', before);
  return story && [story.taskId, story.index, story.kind];
};

describe('the story of a picture', () => {
  it('is none before anything changes', () => {
    const book = createScoreBook();
    expect(tell(book)).toBeNull();
    see(book, pretrainedUnit(pets), 'RRWW');
    expect(tell(book)).toBeNull();
    see(book, mergedUnit(pets, 0.3), 'RRWW');
    expect(tell(book)).toBeNull();
    expect(tell(book, inputs([pets], 0))).toBeNull();
  });

  it('is of one that turns right and wrong again, rather than of one that is gained or lost', () => {
    const book = createScoreBook();
    see(book, pretrainedUnit(pets), 'RWW-');
    see(book, mergedUnit(pets, 0.3), 'WRRR');
    expect(tell(book)).toEqual(['pets', 1, 'gained']);
    see(book, mergedUnit(pets, 1.5), 'WRWR');
    expect(tell(book)).toEqual(['pets', 2, 'turns']);
    expect(pictureStory(book, { inputs: both }, 'cpu', null)).toEqual({
      taskId: 'pets',
      index: 2,
      label: 0,
      kind: 'turns',
      pretrained: { right: false, top: top(1) },
      merged: [
        { scalingFactor: 0.3, guess: { right: true, top: top(0) } },
        { scalingFactor: 1.5, guess: { right: false, top: top(1) } },
      ],
    });
  });

  it('passes over one whose verdict comes and goes, and over factors below 0', () => {
    const book = createScoreBook();
    see(book, pretrainedUnit(pets), 'WRW');
    see(book, mergedUnit(pets, -1), 'RWR');
    expect(tell(book)).toBeNull();
    for (const [factor, verdicts] of [
      [0.3, 'RWW'],
      [0.6, 'WRW'],
      [0.9, 'RWR'],
    ] as const)
      see(book, mergedUnit(pets, factor), verdicts);
    expect(tell(book)).toEqual(['pets', 2, 'gained']);
  });

  it('is of the one that the models are surest of, in any task', () => {
    const book = createScoreBook();
    see(book, pretrainedUnit(pets), 'WW', 0.6);
    see(book, mergedUnit(pets, 0.3), 'RR', 0.9);
    see(book, pretrainedUnit(cars), '-W', 0.8);
    see(book, mergedUnit(cars, 0.3), '-R', 0.7);
    expect(tell(book)).toEqual(['cars', 1, 'gained']);
  });

  it('stays with its picture until there is one of a better kind', () => {
    const book = createScoreBook();
    see(book, pretrainedUnit(pets), 'WW');
    see(book, mergedUnit(pets, 0.3), 'RR');
    const before = { taskId: 'pets', index: 1 };
    expect(tell(book)).toEqual(['pets', 0, 'gained']);
    expect(tell(book, both, before)).toEqual(['pets', 1, 'gained']);
    see(book, mergedUnit(pets, 1.5), 'WR');
    expect(tell(book, both, before)).toEqual(['pets', 0, 'turns']);
  });

  it('is of a task that is forgotten where its expert is taken away', () => {
    const { key } = both;
    const forgetting = {
      ...both,
      key: { ...key, experts: [{ source: source('own').key, weight: -1 }] },
    };
    const book = createScoreBook();
    see(book, pretrainedUnit(pets), 'RW');
    see(book, pretrainedUnit(cars), 'WR');
    for (const unit of mergedColumn(forgetting, 'cpu', 1)) {
      see(book, unit, unit.task === pets ? 'WR' : 'RW');
    }
    expect(tell(book, forgetting)).toEqual(['pets', 0, 'lost']);
  });
});

const top = (label: number) => [
  { label, probability: 0.75 },
  { label: 1 - label, probability: 0.25 },
];
