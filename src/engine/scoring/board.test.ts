import { describe, expect, it } from 'vitest';
import { simpleAverage } from '../../method/simple-average';
import { averageInterval } from '../../taskpool/statistics/average-interval';
import { stratifiedOrder } from '../../taskpool/statistics/stratified-order';
import { wilsonInterval } from '../../taskpool/statistics/wilson-interval';
import { classified } from '../../taskpool/testing/classified';
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
import { type ScoringPhase, scoreBoard } from './board';
import { createScoreBook } from './book';
import { SAMPLE } from './plan';
import type { TaskInput } from './readiness';

const phase = (name: ScoringPhase['phase'], text = '', secondsLeft: number | null = null) => ({
  phase: name,
  text,
  secondsLeft,
});
const SCORING = phase('scoring', 'Scoring', 7);

const pets = task('pets', 4, 'own');
const cars = task('cars', 2);
const both = inputs([pets, cars]);
const EMPTY = { tasks: {}, average: null };

const expertUnit = (from: TaskInput) =>
  unit(
    {
      engine: 'cpu',
      weights: { kind: 'expert', base: source('base').key, expert: source('own').key },
      task: from.key,
    },
    from,
  );

describe('the board of nothing', () => {
  it('is empty and says what is missing', () => {
    expect(scoreBoard(createScoreBook(), null, 'cpu', phase('idle', 'Add images.', 3))).toEqual({
      pretrained: EMPTY,
      merged: EMPTY,
      expert: EMPTY,
      change: { tasks: {}, average: null },
      curve: [],
      open: [],
      sample: null,
      sweep: null,
      phase: 'idle',
      status: 'Add images.',
      secondsLeft: null,
      scored: 0,
      total: 0,
      failure: null,
    });
  });

  it('says what failed', () => {
    const board = scoreBoard(createScoreBook(), null, 'cpu', phase('failed', 'No room.'));
    expect(board).toMatchObject({ phase: 'failed', failure: 'No room.', status: 'No room.' });
  });
});

describe('a column', () => {
  it('shows the tasks that have begun, and their unweighted average', () => {
    const book = createScoreBook();
    const wanted = demand(both);
    expect(scoreBoard(book, wanted, 'cpu', SCORING).merged).toEqual(EMPTY);
    book.open(mergedUnit(pets, 0.3));
    expect(scoreBoard(book, wanted, 'cpu', SCORING).merged).toEqual(EMPTY);
    count(book, mergedUnit(cars, 0.3), 2);
    count(book, mergedUnit(pets, 0.3), 1, 1);
    const { merged } = scoreBoard(book, wanted, 'cpu', SCORING);
    expect(Object.keys(merged.tasks).sort()).toEqual(['cars', 'pets']);
    // Of pictures like these, now as when all are scored: the two that are still to come make it no narrower.
    const scores = [
      { correct: 1, scored: 2 },
      { correct: 2, scored: 2 },
    ];
    expect(merged.average).toEqual({
      accuracy: 0.75,
      interval: averageInterval(scores),
      tasks: 2,
      complete: false,
    });
    expect(merged.tasks.pets).toEqual({
      taskId: 'pets',
      scored: 2,
      total: 4,
      correct: 1,
      accuracy: 0.5,
      interval: wilsonInterval(1, 2),
      loss: null,
      sampleLoss: 1.5,
      perClass: [
        { scored: 1, correct: 1 },
        { scored: 1, correct: 0 },
      ],
    });
    expect(merged.tasks.cars).toMatchObject({ interval: wilsonInterval(2, 2), loss: 1.5 });
  });

  it('has an interval that only narrows as the last pictures of it are scored', () => {
    const large = task('large', 400);
    const book = createScoreBook();
    const widths = [10, 100, 200, 390, 400].map((scored) => {
      while ((book.find(mergedUnit(large, 0.3))?.scored ?? 0) < scored) {
        count(book, mergedUnit(large, 0.3), 4, 1);
      }
      const { merged } = scoreBoard(book, demand(inputs([large])), 'cpu', SCORING);
      const width = ([low, high]: readonly [number, number] = [0, 1]) => high - low;
      return [width(merged.tasks.large?.interval), width(merged.average?.interval)] as const;
    });
    for (const side of [0, 1] as const) {
      const ofSide = widths.map((pair) => pair[side]);
      expect(ofSide).toEqual(ofSide.toSorted((a, b) => b - a));
      // As the square root of the pictures has it: nothing leaps at the end, where a part becomes all.
      expect(ofSide[3]).toBeCloseTo((ofSide[4] ?? 0) * Math.sqrt(400 / 390), 3);
    }
  });

  it('is complete when all pictures of all its tasks are scored', () => {
    const book = createScoreBook();
    const average = () => scoreBoard(book, demand(both), 'cpu', SCORING).pretrained.average;
    count(book, pretrainedUnit(pets), 4);
    expect(average()).toMatchObject({ complete: false, tasks: 1 });
    count(book, pretrainedUnit(cars), 1);
    expect(average()).toMatchObject({ complete: false, tasks: 2 });
    count(book, pretrainedUnit(cars), 0, 1);
    expect(average()).toMatchObject({ complete: true, tasks: 2, accuracy: 0.75 });
  });

  it('is of one engine, one factor, and one kind of weights', () => {
    const book = createScoreBook();
    count(book, mergedUnit(pets, 0.3), 1);
    count(book, pretrainedUnit(pets), 0, 1);
    count(book, expertUnit(pets), 3, 1);
    const board = scoreBoard(book, demand(both), 'cpu', SCORING);
    expect(board.merged.tasks.pets?.accuracy).toBe(1);
    expect(board.pretrained.tasks.pets?.accuracy).toBe(0);
    expect(board.expert.tasks.pets?.accuracy).toBe(0.75);
    // Only tasks with an expert of their own are in it.
    expect(board.expert.average).toMatchObject({ tasks: 1, complete: true });
    expect(scoreBoard(book, demand(both, 0.4), 'cpu', SCORING).merged).toEqual(EMPTY);
    expect(scoreBoard(book, demand(both), 'webgpu', SCORING).pretrained).toEqual(EMPTY);
  });

  it('of the merged model is empty while there is nothing to merge', () => {
    const book = createScoreBook();
    const alone = inputs([pets], 0);
    const { key: combination } = alone;
    const weights = { kind: 'merged', combination, scalingFactor: 0.3 } as const;
    count(book, unit({ engine: 'cpu', weights, task: pets.key }, pets), 2);
    count(book, pretrainedUnit(pets), 1);
    const board = scoreBoard(book, demand(alone), 'cpu', SCORING);
    expect(board.merged).toEqual(EMPTY);
    expect(board).toMatchObject({ scored: 1, total: 4 });
  });
});

describe('the pictures that are scored', () => {
  it('are those of the merged model, of all that can be read', () => {
    const book = createScoreBook();
    const board = () => scoreBoard(book, demand(both), 'cpu', SCORING);
    count(book, pretrainedUnit(pets), 4);
    expect(board()).toMatchObject({ scored: 0, total: 6 });
    count(book, mergedUnit(pets, 0.3), 1);
    book.open(mergedUnit(pets, 0.3)).skip(1, 'cut off');
    count(book, mergedUnit(cars, 0.3), 2);
    expect(board()).toMatchObject({ scored: 3, total: 5 });
  });

  it('are all of them where no picture of a task can be read', () => {
    const book = createScoreBook();
    count(book, mergedUnit(pets, 0.3), 4);
    for (const index of [0, 1]) book.open(mergedUnit(cars, 0.3)).skip(index, 'cut off');
    const board = scoreBoard(book, demand(both), 'cpu', phase('complete'));
    expect(board).toMatchObject({ scored: 4, total: 4, status: 'Scored 4 of 4 images' });
    expect(board.merged.average).toMatchObject({ tasks: 1, complete: true });
  });
});

describe('the status line', () => {
  const statusOf = (part: ScoringPhase, right = 6) => {
    const book = createScoreBook();
    count(book, mergedUnit(pets, 0.3), Math.min(4, right));
    count(book, mergedUnit(cars, 0.3), right - Math.min(4, right));
    return scoreBoard(book, demand(both), 'cpu', part);
  };

  it.each([
    [phase('complete'), 6, 'Scored 6 of 6 images'],
    [phase('scoring', 'Scoring pets'), 5, 'Scoring pets'],
    [phase('stopped'), 2, 'Stopped after 2 of 6 images. Move the slider to go on.'],
    [phase('preparing', 'Adding up: 1 of 2'), 1, 'Adding up: 1 of 2'],
    [phase('idle', 'Add images.'), 0, 'Add images.'],
    [phase('failed', 'No room.'), 1, 'No room.'],
  ])('says of %j at %i pictures what goes on', (part, right, status) => {
    expect(statusOf(part, right)).toMatchObject({ status, phase: part.phase });
  });

  it('goes with the time that is left, and with what failed', () => {
    expect(statusOf(SCORING)).toMatchObject({ secondsLeft: 7, failure: null });
    expect(statusOf(phase('failed', 'No room.')).failure).toBe('No room.');
    expect(statusOf(phase('idle', 'Add images.')).failure).toBeNull();
  });
});

describe('the curve', () => {
  it('has the points of which every task is complete, ascending', () => {
    const book = createScoreBook();
    for (const [factor, right] of [
      [1, 2],
      [0, 4],
      [0.5, 3],
    ] as const) {
      count(book, mergedUnit(pets, factor), right, 4 - right);
    }
    count(book, mergedUnit(cars, 1), 2);
    count(book, mergedUnit(cars, 0), 0, 2);
    count(book, mergedUnit(cars, 0.5), 1);
    const { curve } = scoreBoard(book, demand(both, 0.5), 'cpu', SCORING);
    expect(curve).toEqual([
      {
        scalingFactor: 0,
        average: expect.objectContaining({ accuracy: 0.5, complete: true, tasks: 2 }),
        tasks: { pets: 1, cars: 0 },
      },
      {
        scalingFactor: 1,
        average: expect.objectContaining({ accuracy: 0.75, complete: true }),
        tasks: { pets: 0.5, cars: 1 },
      },
    ]);
  });

  it('has no points of another engine, nor of a method without a factor', () => {
    const book = createScoreBook();
    const averaged = inputs([cars], 1, simpleAverage);
    const weights = { kind: 'merged', combination: averaged.key, scalingFactor: 1 } as const;
    count(book, unit({ engine: 'cpu', weights, task: cars.key }, cars), 2);
    const board = scoreBoard(book, demand(averaged, 1), 'cpu', SCORING);
    expect(board.merged.average?.complete).toBe(true);
    expect(board.curve).toEqual([]);
    count(book, mergedUnit(cars, 1), 2);
    expect(scoreBoard(book, demand(inputs([cars]), 1), 'cpu', SCORING).curve).toHaveLength(1);
    expect(scoreBoard(book, demand(inputs([cars]), 1), 'webgpu', SCORING).curve).toEqual([]);
  });
});

describe('a sweep', () => {
  const sweepOf = (values: readonly number[], complete: readonly number[]) => {
    const book = createScoreBook();
    for (const value of complete) count(book, mergedUnit(cars, value), 2);
    return scoreBoard(book, demand(inputs([cars]), 0.3, values), 'cpu', SCORING).sweep;
  };

  it('counts the values that are complete, until all are', () => {
    expect(sweepOf([], [0.3])).toBeNull();
    expect(sweepOf([0, 1], [])).toEqual({ sampled: 0, done: 0, of: 2, pictures: null });
    expect(sweepOf([0, 1], [0.3, 1])).toEqual({ sampled: 1, done: 1, of: 2, pictures: null });
    expect(sweepOf([0, 1], [0, 0.3, 1])).toBeNull();
  });
});

describe('a sweep of some pictures', () => {
  it('is done where each task has so many, or all it has', () => {
    const book = createScoreBook();
    const wanted = { ...demand(both, 0.3, [0, 1]), sweepPictures: 3 };
    const sweep = () => scoreBoard(book, wanted, 'cpu', SCORING).sweep;
    expect(sweep()).toEqual({ sampled: 0, done: 0, of: 2, pictures: 3 });
    count(book, mergedUnit(pets, 1), 3);
    expect(sweep()?.done).toBe(0);
    count(book, mergedUnit(cars, 1), 2);
    expect(sweep()?.done).toBe(1);
  });
});

describe('open points', () => {
  const openOf = (book: ReturnType<typeof createScoreBook>, of = both) =>
    scoreBoard(book, demand(of, 0.3), 'cpu', SCORING).open;

  it('are the values that were looked at and not completed, with what they rest on', () => {
    const book = createScoreBook();
    count(book, mergedUnit(pets, 0.8), 1, 1);
    expect(openOf(book)).toEqual([]);
    count(book, mergedUnit(cars, 0.8), 1);
    expect(openOf(book)).toEqual([
      {
        scalingFactor: 0.8,
        accuracy: 0.75,
        interval: averageInterval([
          { correct: 1, scored: 2 },
          { correct: 1, scored: 1 },
        ]),
        pictures: 3,
        of: 6,
      },
    ]);
  });

  it('are none of the value on screen, of a value that is complete, or of a method without a factor', () => {
    const book = createScoreBook();
    for (const of of [pets, cars]) {
      count(book, mergedUnit(of, 0.3), 1);
      count(book, mergedUnit(of, 1), of.images.length);
      count(book, mergedUnit(of, 2), 1);
    }
    expect(openOf(book).map(({ scalingFactor }) => scalingFactor)).toEqual([2]);
    expect(openOf(book, inputs([pets, cars], 1, simpleAverage))).toEqual([]);
  });
});

describe('the change', () => {
  const changeOf = (book: ReturnType<typeof createScoreBook>) =>
    scoreBoard(book, demand(both), 'cpu', SCORING).change;

  it('is between the two models on the pictures that both have been scored on', () => {
    const book = createScoreBook();
    expect(changeOf(book)).toEqual({ tasks: {}, average: null });
    count(book, mergedUnit(pets, 0.3), 3);
    expect(changeOf(book)).toEqual({ tasks: {}, average: null });
    // The first picture right, the second wrong; of the third and fourth nothing is known.
    count(book, pretrainedUnit(pets), 1, 1);
    const half = { accuracy: 0.5, pictures: 2, complete: false };
    expect(changeOf(book)).toEqual({ tasks: { pets: half }, average: half });
    count(book, pretrainedUnit(pets), 0, 2);
    expect(changeOf(book).tasks.pets).toEqual({ accuracy: 2 / 3, pictures: 3, complete: false });
    count(book, mergedUnit(pets, 0.3), 0, 1);
    expect(changeOf(book).tasks.pets).toEqual({ accuracy: 0.5, pictures: 4, complete: true });
  });

  it('has an average when every task of the merged column has its change', () => {
    const book = createScoreBook();
    count(book, mergedUnit(pets, 0.3), 4);
    count(book, mergedUnit(cars, 0.3), 0, 1);
    count(book, pretrainedUnit(pets), 2, 2);
    expect(changeOf(book).average).toBeNull();
    count(book, pretrainedUnit(cars), 1, 1);
    expect(changeOf(book).average).toEqual({ accuracy: -0.25, pictures: 5, complete: false });
    count(book, mergedUnit(cars, 0.3), 1);
    expect(changeOf(book).average).toEqual({ accuracy: 0.25, pictures: 6, complete: true });
  });

  it('leaves out what one of the two could not read', () => {
    const book = createScoreBook();
    count(book, mergedUnit(cars, 0.3), 2);
    count(book, pretrainedUnit(cars), 0, 1);
    book.open(pretrainedUnit(cars)).skip(1, 'cut off');
    expect(changeOf(book).tasks.cars).toEqual({ accuracy: 1, pictures: 1, complete: true });
  });
});

describe('the sample of a sweep', () => {
  const many = task('many', 2 * SAMPLE);
  const order = stratifiedOrder(many.labels);
  /** Scores so many pictures in their order, all those right of which `isRight` says so by their place. */
  const score = (
    book: ReturnType<typeof createScoreBook>,
    value: number,
    pictures: number,
    isRight: (place: number) => boolean,
  ) => {
    const tally = book.open(mergedUnit(many, value));
    for (let place = 0; place < pictures; place++) {
      const index = order[place] ?? 0;
      const label = many.labels[index] ?? 0;
      tally.count(index, label, classified(isRight(place) ? label : 1 - label, 1));
    }
  };
  const sampleOf = (book: ReturnType<typeof createScoreBook>) =>
    scoreBoard(book, demand(inputs([many]), 0.3, [0, 1]), 'cpu', SCORING).sample;

  it('has every value on the same pictures, those that are complete as well', () => {
    const book = createScoreBook();
    score(book, 0.3, 2 * SAMPLE, (place) => place < SAMPLE);
    score(book, 0, SAMPLE - 1, () => true);
    expect(sampleOf(book)).toBeNull();
    score(book, 1, SAMPLE, (place) => place < SAMPLE / 4);
    expect(sampleOf(book)).toEqual({
      pictures: SAMPLE,
      points: [
        { scalingFactor: 0.3, accuracy: 1 },
        { scalingFactor: 1, accuracy: 0.25 },
      ],
    });
  });

  it('is over when all values are complete', () => {
    const book = createScoreBook();
    for (const value of [0, 1]) score(book, value, 2 * SAMPLE, () => true);
    expect(sampleOf(book)).toBeNull();
    score(book, 0.3, SAMPLE, () => true);
    expect(sampleOf(book)?.points).toHaveLength(3);
  });
});
