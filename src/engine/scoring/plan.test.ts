import { describe, expect, it } from 'vitest';
import type { ClipModel } from '../../clip/types';
import { taskArithmetic } from '../../method/task-arithmetic';
import { createScoreBook } from './book';
import type { ScoringInputs, TaskInput } from './inputs';
import { type Demand, nextUnit, type Unit } from './plan';

const task = (name: string, images: number, expertId: string | null = null): TaskInput => ({
  id: name,
  name,
  classnames: ['a', 'b'],
  templates: ['{}'],
  images: Array.from({ length: images }, (_, i) => ({ name: `${i}`, blob: new Blob() })),
  labels: Array.from({ length: images }, (_, i) => i % 2),
  expertId,
});

/** The plan reads the number of experts and the tasks; no model is opened for it. */
const model = { name: 'm' } as ClipModel;

const inputs = (tasks: TaskInput[], experts = 1): ScoringInputs => ({
  pretrained: model,
  donor: model,
  poolKey: '["base",[]]',
  method: { method: taskArithmetic },
  experts: Array.from({ length: experts }, () => ({ model, weight: 1 })),
  models: new Map(),
  tasks,
  donorKey: 'base',
});

/** Runs the plan to its end and says in which order batches of two images were scored. */
function run(demand: Demand): string[] {
  const book = createScoreBook();
  const order: string[] = [];
  for (;;) {
    const unit = nextUnit(demand, (candidate) => book.find(demand.inputs, candidate));
    if (!unit) return order;
    order.push(label(unit));
    const tally = book.open(demand.inputs, unit);
    for (let i = 0; i < 2 && !tally.complete; i++) {
      tally.count(tally.next, 0, { prediction: 0, loss: 1 });
    }
  }
}

function label({ weights, task: { name } }: Unit): string {
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
