import { describe, expect, it } from 'vitest';
import type { LayerFactors } from '../../method/layers/factors';
import {
  type CombinationKey,
  curveText,
  type FilesKey,
  filesKey,
  itemOf,
  itemsOf,
  keyText,
  partOf,
  type ScoreKey,
  type SourceKey,
  scoreText,
  type TaskKey,
  type WeightsKey,
  weightsText,
} from './keys';

const base: SourceKey = { files: 'base', openedAgainst: null };
const expert: SourceKey = { files: 'expert', openedAgainst: 'base' };
const combination: CombinationKey = {
  base,
  experts: [
    { source: expert, weight: 1 },
    { source: { files: 'other', openedAgainst: 'base' }, weight: 0.5 },
  ],
  method: 'TiesMergingAlgorithm',
  options: { threshold: 20, remove_keys: [], merge_func: 'sum' },
};
const merged: WeightsKey = { kind: 'merged', combination, scalingFactor: 0.3 };
const task: TaskKey = {
  pictures: 'pictures',
  classnames: ['cat', 'dog'],
  templates: ['a photo of a {}'],
  donor: { files: 'donor', openedAgainst: 'base' },
};
const score: ScoreKey = { engine: 'cpu', weights: merged, task };

const part = (item: string, name: string): FilesKey => ({ item, part: name });

/** The same record, every object's fields in the reverse order. */
function reversed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reversed) as T;
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).reverse();
  return Object.fromEntries(fields.map(([name, field]) => [name, reversed(field)])) as T;
}

const mergedWith = (part: Partial<CombinationKey>, scalingFactor = 0.3): ScoreKey => ({
  ...score,
  weights: { kind: 'merged', combination: { ...combination, ...part }, scalingFactor },
});
const layered = (layers: LayerFactors): ScoreKey => ({
  ...score,
  weights: { kind: 'merged', combination, scalingFactor: 0.3, layers },
});
const taskWith = (part: Partial<TaskKey>): ScoreKey => ({ ...score, task: { ...task, ...part } });
const weightsOf = (weights: WeightsKey): ScoreKey => ({ ...score, weights });

const different: Record<string, ScoreKey> = {
  'the score itself': score,
  'the engine': { ...score, engine: 'webgpu' },
  'the scaling factor': mergedWith({}, 0.31),
  "the base's files": mergedWith({ base: { ...base, files: 'other' } }),
  "a part of the base's files": mergedWith({ base: { ...base, files: part('base', 'ema') } }),
  "another part of the base's files": mergedWith({
    base: { ...base, files: part('base', 'model') },
  }),
  'a part of an expert’s files': mergedWith({
    experts: [{ source: { ...expert, files: part('expert', 'ema') }, weight: 1 }],
  }),
  'an expert against a part of the base': mergedWith({
    experts: [{ source: { ...expert, openedAgainst: part('base', 'ema') }, weight: 1 }],
  }),
  'a part of the donor': taskWith({ donor: { ...task.donor, files: part('donor', 'ema') } }),
  'what the base was opened against': mergedWith({ base: { ...base, openedAgainst: 'x' } }),
  'the order of the experts': mergedWith({ experts: [...combination.experts].reverse() }),
  'fewer experts': mergedWith({ experts: combination.experts.slice(1) }),
  'a weight': mergedWith({ experts: [{ source: expert, weight: 2 }] }),
  'one expert': mergedWith({ experts: [{ source: expert, weight: 1 }] }),
  'what an expert was opened against': mergedWith({
    experts: [{ source: { ...expert, openedAgainst: null }, weight: 1 }],
  }),
  'the method': mergedWith({ method: 'SimpleAverageAlgorithm' }),
  'an option': mergedWith({ options: { ...combination.options, threshold: 21 } }),
  'an option as a text': mergedWith({ options: { ...combination.options, threshold: '20' } }),
  'a list in an option': mergedWith({ options: { ...combination.options, remove_keys: ['a'] } }),
  'layer factors': layered({ post: 0.5 }),
  'other layer factors': layered({ post: 0.25 }),
  'layer factors of another group': layered({ embeddings: 0.5 }),
  'the pictures': taskWith({ pictures: 'others' }),
  'a class': taskWith({ classnames: ['cat', 'wolf'] }),
  'the order of the classes': taskWith({ classnames: ['dog', 'cat'] }),
  'where a class ends': taskWith({ classnames: ['cat","dog'] }),
  'a template': taskWith({ templates: ['{}'] }),
  'the donor': taskWith({ donor: { files: 'donor', openedAgainst: null } }),
  pretrained: weightsOf({ kind: 'pretrained', base }),
  'another pretrained': weightsOf({ kind: 'pretrained', base: expert }),
  'an expert alone': weightsOf({ kind: 'expert', base, expert }),
  'an expert with another base': weightsOf({ kind: 'expert', base: expert, expert }),
};

describe('the text of a key', () => {
  it.each(Object.entries(different))(
    'is the same whatever the order of the fields: %s',
    (_, record) => {
      const copy = reversed(record);
      expect(Object.keys(copy.task)).not.toEqual(Object.keys(record.task));
      expect(scoreText(copy)).toBe(scoreText(record));
      expect(weightsText(copy.weights)).toBe(weightsText(record.weights));
      expect(keyText(copy)).toBe(keyText(record));
    },
  );

  it('is another one with every part that changes the numbers', () => {
    const names = new Map(Object.entries(different).map(([name, key]) => [scoreText(key), name]));
    expect([...names.values()]).toEqual(Object.keys(different));
  });

  it('says weights apart without engine and task', () => {
    const { weights } = mergedWith({}, 1);
    expect(weightsText(weights)).not.toBe(weightsText(merged));
    expect(weightsText(mergedWith({ method: 'other' }).weights)).not.toBe(weightsText(merged));
    expect(weightsText({ kind: 'pretrained', base })).not.toBe(weightsText(merged));
  });

  it('is what it always was without layer factors', () => {
    const text = `merged 0.3 ${keyText(combination)}`;
    expect(weightsText({ kind: 'merged', combination, scalingFactor: 0.3 })).toBe(text);
    expect(curveText(combination, undefined)).toBe(keyText(combination));
  });

  it('takes a field that is not defined as one that is not there', () => {
    expect(keyText({ a: 1, b: undefined })).toBe(keyText({ a: 1 }));
    expect(keyText({ a: 1, b: null })).not.toBe(keyText({ a: 1 }));
  });

  it('tells a list from a record of the same parts', () => {
    expect(keyText({ a: ['x'] })).not.toBe(keyText({ a: { 0: 'x' } }));
  });

  it('is made once for the very record: a thousand classes are asked for with every batch', () => {
    let read = 0;
    const record = {
      get classnames() {
        read++;
        return ['cat'];
      },
    };
    expect(keyText(record)).toBe(keyText(record));
    expect(read).toBe(1);
  });
});

describe('the items of a score', () => {
  it('are pictures, donor, base and every expert that was merged', () => {
    expect(itemsOf(score).sort()).toEqual(['base', 'donor', 'expert', 'other', 'pictures']);
  });

  it('are the image sets, and whatever prepares their pictures, that the method looked at', () => {
    const prepared = { files: 'preparer', openedAgainst: 'base' };
    const tasks = [
      { pictures: 'pictures', share: null },
      { pictures: 'elsewhere', share: 0.5 },
    ];
    expect(itemsOf(mergedWith({ looksAt: { tasks, prepared } })).sort()).toEqual([
      'base',
      'donor',
      'elsewhere',
      'expert',
      'other',
      'pictures',
      'preparer',
    ]);
  });

  it('are named once, also where one model is base and donor', () => {
    const pretrained = { ...score, weights: { kind: 'pretrained', base } as const };
    expect(itemsOf(pretrained).sort()).toEqual(['base', 'donor', 'pictures']);
    const own = { ...pretrained, task: { ...task, donor: base } };
    expect(itemsOf(own).sort()).toEqual(['base', 'pictures']);
  });

  it('are those whose parts were taken', () => {
    const parts: ScoreKey = {
      ...score,
      weights: { kind: 'pretrained', base: { ...base, files: part('base', 'ema') } },
      task: { ...task, donor: { files: part('base', 'model'), openedAgainst: null } },
    };
    expect(itemsOf(parts).sort()).toEqual(['base', 'pictures']);
  });

  it('of an expert are its own and those of the base, which gives its geometry', () => {
    const alone = { ...score, weights: { kind: 'expert', base, expert } as const };
    expect(itemsOf(alone).sort()).toEqual(['base', 'donor', 'expert', 'pictures']);
  });
});

describe('the key of files', () => {
  it('is their id, with the part where that is not what they give unasked', () => {
    expect(filesKey('a', undefined)).toBe('a');
    expect(filesKey('a', 'ema')).toEqual({ item: 'a', part: 'ema' });
    for (const files of [filesKey('a', undefined), filesKey('a', 'ema')]) {
      expect(filesKey(itemOf(files), partOf(files))).toEqual(files);
    }
  });
});
