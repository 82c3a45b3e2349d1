/** Test support: what is to be scored, by hand. No model is opened for it; what only keys and numbers are read of needs none. */

import type { ClipModel } from '../../clip/types';
import { taskArithmetic } from '../../method/task-arithmetic';
import type { Method } from '../../method/types';
import { classified } from '../../taskpool/testing/classified';
import type { ScoreBook } from '../scoring/book';
import { type EngineKind, type ScoreKey, type SourceKey, scoreText } from '../scoring/keys';
import type { Demand, Unit } from '../scoring/plan';
import type { ScoringInputs, Source, TaskInput } from '../scoring/readiness';

export const key = (files: string, openedAgainst: string | null = null): SourceKey => ({
  files,
  openedAgainst,
});

export const source = (files: string): Source => ({
  key: key(files),
  model: { name: files } as ClipModel,
});

/** Two classes, pictures by turns; `expert` names the files of the task's own. */
export const task = (name: string, images: number, expert: string | null = null): TaskInput => ({
  key: { pictures: name, classnames: ['a', 'b'], templates: ['{}'], donor: key('base') },
  id: name,
  name,
  images: Array.from({ length: images }, (_, i) => ({ name: `${i}`, blob: new Blob() })),
  labels: Array.from({ length: images }, (_, i) => i % 2),
  split: null,
  expert: expert === null ? null : source(expert),
});

export const inputs = (
  tasks: readonly TaskInput[],
  experts = 1,
  method: Method = taskArithmetic,
): ScoringInputs => ({
  key: {
    base: key('base'),
    experts: Array.from({ length: experts }, (_, i) => ({ source: key(`e${i}`), weight: 1 })),
    method: method.name,
    options: {},
  },
  base: source('base'),
  donor: source('base'),
  method: { method },
  experts: Array.from({ length: experts }, (_, i) => ({ ...source(`e${i}`), weight: 1 })),
  tasks,
});

export const demand = (
  of: ScoringInputs,
  scalingFactor = 0.3,
  sweep: readonly number[] = [],
): Demand => ({ inputs: of, scalingFactor, sweep });

/** The unit of that key, as the plan makes it. */
export const unit = (of: ScoreKey, from: TaskInput): Unit => ({
  key: of,
  text: scoreText(of),
  task: from,
});

export function mergedUnit(
  from: TaskInput,
  scalingFactor: number,
  engine: EngineKind = 'cpu',
): Unit {
  const combination = inputs([from]).key;
  const weights = { kind: 'merged', combination, scalingFactor } as const;
  return unit({ engine, weights, task: from.key }, from);
}

export const pretrainedUnit = (from: TaskInput, engine: EngineKind = 'cpu'): Unit =>
  unit({ engine, weights: { kind: 'pretrained', base: key('base') }, task: from.key }, from);

/** Counts pictures in their order: `right` that are predicted rightly, then `wrong` that are not. */
export function count(book: ScoreBook, of: Unit, right: number, wrong = 0): void {
  const tally = book.open(of);
  for (let i = 0; i < right + wrong; i++) {
    const index = tally.next;
    const label = of.task.labels[index] ?? 0;
    tally.count(index, label, classified(i < right ? label : 1 - label, 1 + index));
  }
}
