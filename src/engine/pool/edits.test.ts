import { beforeEach, describe, expect, it } from 'vitest';
import { defaultScalingFactor } from '../method';
import { NO_RECORDS, type Records } from '../records';
import { addModels, editPool, expertsOf, inOrder, type NewModel } from './edits';

const model = (name: string, fullClip = false): NewModel => ({
  id: `id-${name}`,
  name,
  origin: 'user',
  fullClip,
});

/** Made anew for each test. */
let filled: Records;
beforeEach(() => {
  filled = addModels(NO_RECORDS, [model('svhn'), model('base', true), model('mnist')]);
});
const names = (state: Records) => expertsOf(state).map(({ name }) => name);

describe('pool', () => {
  it('orders one drop by code point, whatever the order of arrival', () => {
    expect(names(filled)).toEqual(['mnist', 'svhn']);
  });

  it('appends later drops', () => {
    expect(names(addModels(filled, [model('cars'), model('dtd')]))).toEqual([
      'mnist',
      'svhn',
      'cars',
      'dtd',
    ]);
  });

  it('makes the first full CLIP the base, and keeps it when another comes', () => {
    expect(filled.baseId).toBe('id-base');
    expect(addModels(filled, [model('another', true)]).baseId).toBe('id-base');
  });

  it('has no base while there is no full CLIP', () => {
    const visionOnly = addModels(NO_RECORDS, [model('mnist')]);
    expect(visionOnly.baseId).toBeNull();
    expect(editPool(visionOnly, { type: 'setBase', id: 'id-mnist' }).baseId).toBe('id-mnist');
  });

  it('gives a taken name a number', () => {
    const twice = addModels(filled, [{ ...model('mnist'), id: 'other' }]);
    expect(names(twice)).toEqual(['mnist', 'svhn', 'mnist (2)']);
    const renamed = editPool(twice, { type: 'rename', id: 'id-svhn', name: ' mnist ' });
    expect(names(renamed)).toEqual(['mnist', 'mnist (3)', 'mnist (2)']);
  });

  it('moves an expert among the experts', () => {
    const three = addModels(filled, [model('zebra')]);
    expect(names(editPool(three, { type: 'move', id: 'id-zebra', index: 0 }))).toEqual([
      'zebra',
      'mnist',
      'svhn',
    ]);
    expect(names(editPool(three, { type: 'move', id: 'id-mnist', index: 99 }))).toEqual([
      'svhn',
      'zebra',
      'mnist',
    ]);
    expect(editPool(three, { type: 'move', id: 'id-base', index: 1 })).toEqual(three);
  });

  it('leaves excluded experts out of the sum and in the pool', () => {
    const edited = editPool(filled, { type: 'setIncluded', id: 'id-mnist', included: false });
    expect(
      expertsOf(edited)
        .filter(({ included }) => included)
        .map(({ name }) => name),
    ).toEqual(['svhn']);
    expect(names(edited)).toEqual(['mnist', 'svhn']);
  });

  it('refuses a weight that is no number and an empty name', () => {
    expect(() =>
      editPool(filled, { type: 'setWeight', id: 'id-mnist', weight: Number.NaN }),
    ).toThrow('A weight is a finite number, not NaN.');
    expect(() => editPool(filled, { type: 'rename', id: 'id-mnist', name: '  ' })).toThrow(
      'A model needs a name',
    );
  });

  it('moves an expert between two others without touching them', () => {
    const four = addModels(filled, [model('zebra'), model('zoo')]);
    const moved = editPool(four, { type: 'move', id: 'id-zoo', index: 1 });
    expect(names(moved)).toEqual(['mnist', 'zoo', 'svhn', 'zebra']);
    const others = (records: Records) => records.models.filter(({ id }) => id !== 'id-zoo');
    expect(others(moved)).toEqual(others(four));
    expect(names(editPool(four, { type: 'move', id: 'id-zoo', index: -3 }))[0]).toBe('zoo');
    expect(names(editPool(four, { type: 'move', id: 'id-zoo', index: 1.9 }))[1]).toBe('zoo');
    const last = editPool(four, { type: 'move', id: 'id-mnist', index: 3 });
    expect(names(last)).toEqual(['svhn', 'zebra', 'zoo', 'mnist']);
    expect(others(last).filter(({ id }) => id !== 'id-mnist')).toEqual(
      others(four).filter(({ id }) => id !== 'id-mnist'),
    );
  });

  it.each(['with', 'without'])(
    'numbers all anew where no number is left between, %s a base',
    (base) => {
      const crowded = {
        ...addModels(filled, [model('zebra')]),
        baseId: base === 'with' ? 'id-base' : null,
      };
      const squeezed = {
        ...crowded,
        models: crowded.models.map((each) => ({ ...each, order: 7 })),
      };
      const moved = editPool(squeezed, { type: 'move', id: 'id-zebra', index: 1 });
      const expected =
        base === 'with' ? ['base', 'mnist', 'zebra', 'svhn'] : ['base', 'zebra', 'mnist', 'svhn'];
      expect(moved.models.map(({ name }) => name)).toEqual(expected);
      expect(moved.models.map(({ order }) => order)).toEqual([1, 2, 3, 4]);
    },
  );

  it.each([
    ['the one before', 1, 1 + Number.EPSILON],
    ['the one after', 1 + Number.EPSILON, 1 + 2 * Number.EPSILON],
  ])('numbers all anew where the middle of two numbers is that of %s', (_which, before, after) => {
    const orders: Record<string, number> = { mnist: before, svhn: after, zebra: 9 };
    const three = addModels(filled, [model('zebra')]);
    const models = three.models.map((each) => ({ ...each, order: orders[each.name] ?? 0 }));
    const moved = editPool({ ...three, models }, { type: 'move', id: 'id-zebra', index: 1 });
    expect(names(moved)).toEqual(['mnist', 'zebra', 'svhn']);
    expect(moved.models.map(({ order }) => order)).toEqual([1, 2, 3, 4]);
  });

  it('moves one after the other to the front', () => {
    const four = addModels(filled, [model('zebra'), model('zoo')]);
    const moved = ['svhn', 'zebra', 'zoo', 'mnist'].reduce(
      (records, name) => editPool(records, { type: 'move', id: `id-${name}`, index: 0 }),
      four,
    );
    expect(names(moved)).toEqual(['mnist', 'zoo', 'zebra', 'svhn']);
  });

  it('moves the only expert nowhere', () => {
    const one = addModels(NO_RECORDS, [model('base', true), model('mnist')]);
    for (const index of [0, 5]) {
      expect(names(editPool(one, { type: 'move', id: 'id-mnist', index }))).toEqual(['mnist']);
    }
  });

  it('gives a new base weight 1 and its place in the merge', () => {
    const edits = [
      { type: 'setWeight', id: 'id-mnist', weight: 2 },
      { type: 'setIncluded', id: 'id-mnist', included: false },
      { type: 'setBase', id: 'id-mnist' },
    ] as const;
    const { baseId, models } = edits.reduce(editPool, filled);
    expect(baseId).toBe('id-mnist');
    expect(models.find(({ id }) => id === 'id-mnist')).toMatchObject({ included: true, weight: 1 });
  });

  it('sets weights of any finite size', () => {
    for (const weight of [0, -2.5, 1e6]) {
      const { models } = editPool(filled, { type: 'setWeight', id: 'id-svhn', weight });
      expect(models.map((each) => [each.name, each.weight])).toEqual([
        ['base', 1],
        ['mnist', 1],
        ['svhn', weight],
      ]);
    }
  });

  it('takes another part of a file, and what it gives unasked', () => {
    const parts = ({ models }: Records) => models.map(({ name, part }) => [name, part]);
    expect(parts(filled)).toEqual([
      ['base', null],
      ['mnist', null],
      ['svhn', null],
    ]);
    const chosen = editPool(filled, { type: 'setPart', id: 'id-mnist', part: 'ema' });
    expect(parts(chosen)).toEqual([
      ['base', null],
      ['mnist', 'ema'],
      ['svhn', null],
    ]);
    expect(editPool(chosen, { type: 'setBase', id: 'id-mnist' }).models[1]?.part).toBe('ema');
    for (const part of [null, '']) {
      expect(editPool(chosen, { type: 'setPart', id: 'id-mnist', part })).toEqual(filled);
    }
  });

  it('keeps a name that only it has', () => {
    const renamed = editPool(filled, { type: 'rename', id: 'id-svhn', name: 'svhn' });
    expect(renamed).toEqual(filled);
  });

  it('does not know a model that is gone', () => {
    expect(editPool(filled, { type: 'setBase', id: 'id-x' })).toBe(filled);
    expect(editPool(filled, { type: 'remove', id: 'id-x' })).toBe(filled);
  });

  it('keeps the base when another model is removed', () => {
    const edited = editPool(filled, { type: 'remove', id: 'id-mnist' });
    expect(edited.baseId).toBe('id-base');
    expect(names(edited)).toEqual(['svhn']);
  });

  it('is without a base when the base is removed', () => {
    const edited = editPool(filled, { type: 'remove', id: 'id-base' });
    expect(edited.baseId).toBeNull();
    expect(edited.models).toHaveLength(2);
  });
});

describe('models in another order', () => {
  it('are numbered from 1, and left out where they are not there', () => {
    const turned = inOrder(filled, ['id-svhn', 'id-x', 'id-base', 'id-mnist']);
    expect(turned.models.map(({ id, order }) => [id, order])).toEqual([
      ['id-svhn', 1],
      ['id-base', 3],
      ['id-mnist', 4],
    ]);
  });
});

describe('default scaling factor', () => {
  it.each([
    [1, 0.7],
    [2, 0.7],
    [3, 0.3],
    [8, 0.3],
  ])('for %i experts is %f', (count, expected) => {
    expect(defaultScalingFactor(count)).toBe(expected);
  });
});
