/** A pin is looked up by the very keys that the merge is scored by. */
import { beforeAll, describe, expect, it } from 'vitest';
import { FLAT } from '../../method/layers/factors';
import type { Records } from '../records';
import { createScoreBook } from '../scoring/book';
import { scoreText } from '../scoring/keys';
import { type Micro, openMicro } from '../testing/micro-models';
import { engineValue, poolModel, poolOf, taskOf } from '../testing/values';
import type { EngineValue, Pool, PoolModel } from '../value';
import { pinOf } from './pin';
import { comparePins, pinViews, sideColumn } from './pins';

let micro: Micro;
let start: EngineValue;
beforeAll(async () => {
  micro = await openMicro();
  const { base, alpha, beta, second } = micro.models;
  const pool = poolOf(
    base,
    { alpha, beta, second },
    { beta: { weight: 0.5 }, second: { included: false } },
  );
  start = engineValue({ pool, tasks: [taskOf('pets')], chosenFactor: 0.25 });
});

const texts = (value: EngineValue, side: string | null) =>
  sideColumn(value, side, 'cpu').map(({ key }) => scoreText(key));

const withPin = (value: EngineValue): EngineValue => ({ ...value, pins: [pinOf(value, 'a')] });
const view = (value: EngineValue) => {
  const [found] = pinViews(value, createScoreBook(), 'cpu');
  if (!found) throw new Error('there is a pin');
  return found;
};
const withModels = (pool: Pool, change: (model: PoolModel) => Partial<PoolModel>): Pool => ({
  ...pool,
  models: pool.models.map((model) => ({ ...model, ...change(model) })),
});

describe('a pin', () => {
  it.each<[string, (value: EngineValue) => EngineValue]>([
    ['task arithmetic', (value) => value],
    [
      'an average',
      (value) => ({ ...value, method: { name: 'SimpleAverageAlgorithm', options: {} } }),
    ],
    [
      'a method with options',
      (value) => ({
        ...value,
        method: { name: 'TiesMergingAlgorithm', options: { threshold: 35 } },
      }),
    ],
    ['layer factors', (value) => ({ ...value, layers: { 'layers.0.mlp': 0.5, post: 1 } })],
    ['a factor that nobody chose', (value) => ({ ...value, chosenFactor: null })],
  ])('of %s has the keys of what is merged, and still has when that changes', (_, change) => {
    const pinned = withPin(change(start));
    const present = texts(pinned, null);
    expect(present).toHaveLength(1);
    expect(texts(pinned, 'a')).toEqual(present);
    expect(view(pinned)).toMatchObject({ present: true, missing: [] });

    const models = pinned.pool.models;
    const moved: EngineValue = {
      ...pinned,
      chosenFactor: 1,
      layers: FLAT,
      method: { name: 'MagMaxAlgorithm', options: {} },
      pool: {
        baseId: 'base',
        models: [models[0], models[2], models[1], models[3]].flatMap((model) =>
          model ? [{ ...model, weight: 2, included: true }] : [],
        ),
      },
    };
    expect(texts(moved, 'a')).toEqual(present);
    expect(texts(moved, null)).not.toEqual(present);
    expect(view(moved).present).toBe(false);
  });

  it('has them with another base, too', () => {
    const pinned = withPin(start);
    const rebased: EngineValue = {
      ...pinned,
      pool: {
        ...withModels(pinned.pool, ({ id, opened }) => ({
          opened: { ...opened, against: id === 'second' ? null : 'second' },
        })),
        baseId: 'second',
      },
    };
    expect(texts(rebased, 'a')).toEqual(texts(pinned, null));
  });

  it('has them with another part of a file', () => {
    const part = (of: PoolModel, asked: string | undefined, record: string | null): PoolModel => {
      const { model } = of.opened;
      if (!model) throw new Error('it is opened');
      const { part: _, ...checkpoint } = model.checkpoint;
      const found = { key: 'model', others: ['model_ema'] };
      const opened = { ...checkpoint, found, ...(asked !== undefined && { part: asked }) };
      return {
        ...of,
        part: record,
        opened: { ...of.opened, model: { ...model, checkpoint: opened } },
      };
    };
    const taking = (asked: string | undefined, record: string | null): Pool => ({
      ...start.pool,
      models: start.pool.models.map((model) =>
        model.id === 'alpha' ? part(model, asked, record) : model,
      ),
    });
    const usual = withPin({ ...start, pool: taking(undefined, 'model') });
    const other = withPin({ ...start, pool: taking('model_ema', 'model_ema') });
    expect(texts(usual, 'a')).toEqual(texts(usual, null));
    expect(texts(other, 'a')).toEqual(texts(other, null));
    expect(texts({ ...usual, pool: other.pool }, 'a')).toEqual(texts(usual, null));
    expect(texts({ ...other, pool: usual.pool }, 'a')).toEqual(texts(other, null));
  });

  it('says what is gone, has no scores then, and is found again by its sum', () => {
    const sum = 'a'.repeat(64);
    const summed = withModels(start.pool, ({ id, facts }) =>
      id === 'alpha' ? { facts: { ...facts, sha256: sum } } : {},
    );
    const pinned = withPin({ ...start, pool: summed });
    const without = {
      ...pinned,
      pool: { ...summed, models: summed.models.filter(({ id }) => id !== 'alpha') },
    };
    expect(view(without)).toMatchObject({ present: false, missing: ['alpha'], average: null });
    expect(texts(without, 'a')).toEqual([]);
    expect(comparePins(without, createScoreBook(), 'cpu', { a: 'a', b: null })).toEqual({
      tasks: {},
      average: null,
    });

    const again = poolModel(
      'again',
      micro.models.alpha,
      { facts: { sha256: sum, taskVectors: {} } },
      'base',
    );
    const back = { ...without, pool: { ...without.pool, models: [...without.pool.models, again] } };
    expect(view(back).missing).toEqual([]);
    expect(view(back).named.merge.experts.map(({ name }) => name)).toEqual(['again', 'beta']);
    expect(texts(back, 'a')[0]).toContain('"again"');
  });

  it('is no side of a comparison once it is removed', () => {
    expect(texts(start, 'a')).toEqual([]);
    const records: Pick<Records, 'pins'> = start;
    expect(records.pins).toEqual([]);
  });
});
