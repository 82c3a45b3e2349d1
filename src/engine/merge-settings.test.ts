import { describe, expect, it } from 'vitest';
import { mergeSettings, withMergeSettings } from './merge-settings';
import type { MergeSettings } from './merge-types';
import { NO_RECORDS, type Records } from './records';
import { engineValue, modelRecord, poolModel } from './testing/values';

const records: Records = {
  ...NO_RECORDS,
  baseId: 'base',
  models: [
    modelRecord('base', { order: 1 }),
    modelRecord('a', { order: 2 }),
    modelRecord('b', { order: 3.5 }),
  ],
};
const setting = (id: string, changes: Partial<MergeSettings['models'][number]> = {}) => ({
  id,
  included: true,
  weight: 1,
  part: null,
  ...changes,
});
const settings: MergeSettings = {
  baseId: 'a',
  scalingFactor: 0.25,
  method: { name: 'TiesMergingAlgorithm', options: { threshold: 35 } },
  layers: { 'layers.0.mlp': 0.5 },
  models: [setting('base', { included: false }), setting('a'), setting('b', { weight: 2 })],
};

describe('the settings of a merge', () => {
  it('are read from the value and laid over the records again', () => {
    const value = engineValue({
      pool: {
        baseId: 'base',
        models: [
          poolModel('base', undefined),
          poolModel('a', undefined, { weight: -1, part: 'ema' }),
        ],
      },
      chosenFactor: 0.5,
      layers: { post: 0 },
    });
    const read = mergeSettings(value);
    expect(read).toEqual({
      baseId: 'base',
      scalingFactor: 0.5,
      method: value.method,
      layers: { post: 0 },
      models: [setting('base'), setting('a', { weight: -1, part: 'ema' })],
    });
    expect(withMergeSettings(records, read).models[1]).toMatchObject({ weight: -1, part: 'ema' });
  });

  it('decide base, factors, method, weights and inclusion', () => {
    const edited = withMergeSettings(records, settings);
    expect(edited).toMatchObject({
      baseId: 'a',
      scalingFactor: 0.25,
      method: settings.method,
      layers: settings.layers,
      models: [{ included: false }, { included: true }, { weight: 2 }],
    });
  });

  it('leave the places alone where the order stays, and number anew where it does not', () => {
    const orders = (edited: Records) => edited.models.map(({ id, order }) => [id, order]);
    expect(orders(withMergeSettings(records, settings))).toEqual([
      ['base', 1],
      ['a', 2],
      ['b', 3.5],
    ]);
    const reversed = { ...settings, models: settings.models.toReversed() };
    expect(orders(withMergeSettings(records, reversed))).toEqual([
      ['b', 1],
      ['a', 2],
      ['base', 3],
    ]);
  });

  it('pass over what is gone, and keep what came since', () => {
    const gone = { ...settings, baseId: 'z', models: [setting('z'), setting('b', { weight: 3 })] };
    const edited = withMergeSettings(records, gone);
    expect(edited.baseId).toBe('base');
    expect(edited.models.map(({ id, weight }) => [id, weight])).toEqual([
      ['b', 3],
      ['base', 1],
      ['a', 1],
    ]);
    expect(withMergeSettings(records, { ...settings, baseId: null }).baseId).toBeNull();
  });

  it('are refused where their method is none', () => {
    const wrong = { ...settings, method: { name: 'Nope', options: {} } };
    expect(() => withMergeSettings(records, wrong)).toThrow('There is no method Nope');
  });
});
