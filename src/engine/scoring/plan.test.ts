import { describe, expect, it } from 'vitest';
import { classified } from '../../taskpool/testing/classified';
import { count, demand, inputs, mergedUnit, pretrainedUnit, task } from '../testing/scoring';
import { createScoreBook } from './book';
import {
  coarseToFine,
  columns,
  type Demand,
  expertColumns,
  hasFirstNumber,
  nextUnit,
  SAMPLE,
  type Unit,
} from './plan';

/** Runs the plan to its end and says in which order batches were scored. */
function run(demand: Demand, batch = 2): string[] {
  const book = createScoreBook();
  const order: string[] = [];
  for (;;) {
    const unit = nextUnit(demand, 'cpu', book.find);
    if (!unit) return order;
    order.push(label(unit));
    const tally = book.open(unit);
    for (let i = 0; i < batch && !tally.complete; i++) {
      tally.count(tally.next, 0, classified(0, 1));
    }
  }
}

function label({ key: { weights }, task: { name } }: Unit): string {
  if (weights.kind === 'merged') return `${weights.scalingFactor} ${name}`;
  return weights.kind === 'pretrained' ? `pretrained ${name}` : `expert ${name}`;
}

describe('plan of scoring', () => {
  it('gives every task of the merged model its first batch, and the pretrained one the same, before any gets a second', () => {
    const demand = { inputs: inputs([task('a', 4), task('b', 2)]), scalingFactor: 0.3, sweep: [] };
    expect(run(demand)).toEqual([
      '0.3 a',
      '0.3 b',
      'pretrained a',
      'pretrained b',
      '0.3 a',
      'pretrained a',
    ]);
  });

  it('sweeps before it fills the columns to compare with, and scores experts on their own tasks only', () => {
    const demand = {
      inputs: inputs([task('a', 2, 'expert-a'), task('b', 2)]),
      scalingFactor: 0.3,
      sweep: [0, 0.3, 1],
    };
    expect(run(demand)).toEqual([
      '0.3 a',
      '0.3 b',
      'pretrained a',
      'pretrained b',
      '0 a',
      '0 b',
      '1 a',
      '1 b',
      'expert a',
    ]);
  });

  it('sweeps over a sample from coarse to fine before any value is completed', () => {
    const order = run(
      { inputs: inputs([task('a', 2 * SAMPLE)]), scalingFactor: 9, sweep: [0, 1, 2, 3, 4] },
      SAMPLE,
    );
    expect(order).toEqual([
      ...['9 a', 'pretrained a', '9 a'],
      ...['0 a', '4 a', '2 a', '1 a', '3 a'],
      ...['0 a', '4 a', '2 a', '1 a', '3 a'],
      'pretrained a',
    ]);
  });

  it('sweeps so many pictures as were asked for, and no more', () => {
    const { inputs: of } = { inputs: inputs([task('a', 4 * SAMPLE)]) };
    const sweep = { inputs: of, scalingFactor: 9, sweep: [0, 1] };
    const swept = (sweepPictures: number) =>
      run({ ...sweep, sweepPictures }, SAMPLE).filter((label) => /^[01] /.test(label));
    expect(swept(2 * SAMPLE)).toEqual(['0 a', '1 a', '0 a', '1 a']);
    expect(swept(SAMPLE / 2)).toEqual(['0 a', '1 a']);
    expect(swept(Number.POSITIVE_INFINITY)).toHaveLength(8);
  });

  it.each([
    [[], []],
    [[5], [5]],
    [
      [5, 6],
      [5, 6],
    ],
    [
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      [0, 9, 4, 2, 6, 1, 3, 5, 7, 8],
    ],
  ])('goes through %j from coarse to fine', (values, order) => {
    expect(coarseToFine(values)).toEqual(order);
  });

  it('scores the pretrained model alone while there is nothing to merge', () => {
    const demand = { inputs: inputs([task('a', 2)], 0), scalingFactor: 0.3, sweep: [1] };
    expect(run(demand)).toEqual(['pretrained a']);
  });

  it('goes on with the task of which the smaller part is scored, and passes over what is complete', () => {
    const [long, short, empty] = [task('long', 8), task('short', 4), task('empty', 0)];
    const wanted = demand(inputs([long, short]));
    const book = createScoreBook();
    const next = () => nextUnit(wanted, 'cpu', book.find)?.task.name;
    count(book, mergedUnit(long, 0.3), 3);
    count(book, mergedUnit(short, 0.3), 2);
    for (const begun of [long, short]) {
      expect(next()).toBe(begun.name);
      count(book, pretrainedUnit(begun), 1);
    }
    expect(next()).toBe('long');
    count(book, mergedUnit(long, 0.3), 2);
    expect(next()).toBe('short');
    count(book, mergedUnit(short, 0.3), 2);
    expect(next()).toBe('long');
    count(book, mergedUnit(long, 0.3), 3);
    count(book, pretrainedUnit(long), 7);
    expect(next()).toBe('short');
    count(book, pretrainedUnit(short), 3);
    expect(next()).toBeUndefined();
    expect(nextUnit(wanted, 'webgpu', book.find)?.text).toBe(mergedUnit(long, 0.3, 'webgpu').text);
    expect(nextUnit(demand(inputs([empty])), 'cpu', book.find)?.task.name).toBe('empty');
  });

  it('has its first number with the first batch of every task of the merged model, or of the base alone', () => {
    const [a, b] = [task('a', 4), task('b', 4)];
    const book = createScoreBook();
    const merged = demand(inputs([a, b]));
    const alone = demand(inputs([a, b], 0));
    const has = (of: Demand) => hasFirstNumber(of, 'cpu', book.find);
    count(book, mergedUnit(a, 0.3), 2);
    expect([has(merged), has(alone)]).toEqual([false, false]);
    count(book, mergedUnit(b, 0.3), 1);
    expect([has(merged), has(alone)]).toEqual([true, false]);
    for (const of of [a, b]) count(book, pretrainedUnit(of), 1);
    expect(has(alone)).toBe(true);
  });

  it('takes the first task of those that are equally far', () => {
    const book = createScoreBook();
    const wanted = demand(inputs([task('a', 2), task('b', 2)]));
    expect(nextUnit(wanted, 'cpu', book.find)?.task.name).toBe('a');
  });

  it('has one column for each expert, with all tasks of its own', () => {
    const tasks = [task('a', 2, 'x'), task('b', 2), task('c', 2, 'y'), task('d', 2, 'x')];
    const byExpert = expertColumns(inputs(tasks), 'cpu');
    expect(byExpert.map((column) => column.map((unit) => unit.task.name))).toEqual([
      ['a', 'd'],
      ['c'],
    ]);
    expect(byExpert[1]?.[0]?.key).toEqual({
      engine: 'cpu',
      weights: {
        kind: 'expert',
        base: { files: 'base', openedAgainst: null },
        expert: { files: 'y', openedAgainst: null },
      },
      task: tasks[2]?.key,
    });
    const all = [...columns(demand(inputs(tasks)), 'cpu')];
    expect(all.map((column) => column.length)).toEqual([4, 4, 2, 1]);
  });

  it('asks for what the book knows by the same text', () => {
    const [merged, pretrained] = [...columns(demand(inputs([task('a', 2)])), 'webgpu')];
    expect(merged?.[0]?.text).toBe(mergedUnit(task('a', 2), 0.3, 'webgpu').text);
    expect(pretrained?.[0]?.text).toBe(pretrainedUnit(task('a', 2), 'webgpu').text);
  });
});
