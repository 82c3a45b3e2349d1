import { describe, expect, it } from 'vitest';
import { openMicro } from '../testing/micro-models';
import { engineValue, poolModel, poolOf } from '../testing/values';
import { recipeOf } from './recipe';

const pool = {
  baseId: 'base',
  models: [
    poolModel('base', undefined, { name: 'clip', weight: 3 }),
    poolModel('b', undefined, { name: 'beta', weight: 0.5 }),
    poolModel('x', undefined, { name: 'left out', included: false }),
    poolModel('a', undefined, { name: 'alpha' }),
  ],
};
const sumOf = ({ id }: { id: string }) => (id === 'a' ? null : `sum ${id}`);

describe('a recipe', () => {
  it('says what is merged, and how, in the order of the sum', () => {
    const value = engineValue({ pool, chosenFactor: 0.25 });
    expect(recipeOf(value, sumOf, '1.2.3')).toEqual({
      method: 'TaskArithmeticAlgorithm',
      options: {},
      scalingFactor: 0.25,
      pretrained: { name: 'clip', weight: 1, sha256: 'sum base' },
      experts: [
        { name: 'beta', weight: 0.5, sha256: 'sum b' },
        { name: 'alpha', weight: 1, sha256: null, bytes: 10 },
      ],
      programVersion: '1.2.3',
    });
  });

  it('says which part of a file was merged, where that is not what it gives unasked', async () => {
    const { models } = await openMicro();
    const { alpha } = models;
    const averaged = { ...alpha, checkpoint: { ...alpha.checkpoint, part: 'model_ema' } };
    const parts = poolOf(averaged, { a: averaged, b: alpha }, { b: { part: 'model' } });
    const { pretrained, experts } = recipeOf(engineValue({ pool: parts }), () => 'sum', '');
    expect(pretrained).toEqual({ name: 'base', weight: 1, sha256: 'sum', part: 'model_ema' });
    expect(experts.map(({ part }) => part)).toEqual(['model_ema', undefined]);
    expect(experts[1]).not.toHaveProperty('part');
  });

  it('has the options completed, and no factor where the method has none', () => {
    const method = { name: 'WeightedAverageAlgorithm', options: { weights: [0.25, 0.75] } };
    const value = engineValue({ pool, method, chosenFactor: 0.25 });
    expect(recipeOf(value, sumOf, '')).toMatchObject({
      method: 'WeightedAverageAlgorithm',
      options: { weights: [0.25, 0.75], normalize: expect.any(Boolean) },
      scalingFactor: null,
    });
  });

  it('needs a base', () => {
    expect(() => recipeOf(engineValue({ pool: { ...pool, baseId: null } }), sumOf, '')).toThrow(
      'There is nothing to merge: the pool has no base.',
    );
  });
});
