import { describe, expect, it } from 'vitest';
import type { ClipModel } from '../../clip/types';
import { taskArithmetic } from '../../method/task-arithmetic';
import { createScoreBook } from './book';
import type { SourceKey } from './keys';
import { type Demand, nextUnit, type Unit } from './plan';
import type { ScoringInputs, Source, TaskInput } from './readiness';

/** The plan reads keys, the number of experts and the tasks; no model is opened for it. */
const model = { name: 'm' } as ClipModel;
const key = (files: string): SourceKey => ({ files, openedAgainst: null });
const source = (files: string): Source => ({ key: key(files), model });

const task = (name: string, images: number, expert: string | null = null): TaskInput => ({
  key: { pictures: name, classnames: ['a', 'b'], templates: ['{}'], donor: key('base') },
  id: name,
  name,
  images: Array.from({ length: images }, (_, i) => ({ name: `${i}`, blob: new Blob() })),
  labels: Array.from({ length: images }, (_, i) => i % 2),
  expert: expert === null ? null : source(expert),
});

const inputs = (tasks: TaskInput[], experts = 1): ScoringInputs => ({
  key: {
    base: key('base'),
    experts: Array.from({ length: experts }, (_, i) => ({ source: key(`e${i}`), weight: 1 })),
    method: taskArithmetic.name,
    options: {},
  },
  base: source('base'),
  donor: source('base'),
  method: { method: taskArithmetic },
  experts: Array.from({ length: experts }, () => ({ model, weight: 1 })),
  tasks,
});

/** Runs the plan to its end and says in which order batches of two images were scored. */
function run(demand: Demand): string[] {
  const book = createScoreBook();
  const order: string[] = [];
  for (;;) {
    const unit = nextUnit(demand, 'cpu', book.find);
    if (!unit) return order;
    order.push(label(unit));
    const tally = book.open(unit);
    for (let i = 0; i < 2 && !tally.complete; i++) {
      tally.count(tally.next, 0, { prediction: 0, loss: 1 });
    }
  }
}

function label({ key: { weights }, task: { name } }: Unit): string {
  if (weights.kind === 'merged') return `${weights.scalingFactor} ${name}`;
  return weights.kind === 'pretrained' ? `pretrained ${name}` : `expert ${name}`;
}

describe('plan of scoring', () => {
  it('gives every task of the merged model its first batch before any gets a second', () => {
    const demand = { inputs: inputs([task('a', 4), task('b', 2)]), scalingFactor: 0.3, sweep: [] };
    expect(run(demand)).toEqual([
      '0.3 a',
      '0.3 b',
      '0.3 a',
      'pretrained a',
      'pretrained b',
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
      '0 a',
      '0 b',
      '1 a',
      '1 b',
      'pretrained a',
      'pretrained b',
      'expert a',
    ]);
  });

  it('scores the pretrained model alone while there is nothing to merge', () => {
    const demand = { inputs: inputs([task('a', 2)], 0), scalingFactor: 0.3, sweep: [1] };
    expect(run(demand)).toEqual(['pretrained a']);
  });
});
