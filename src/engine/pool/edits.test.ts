import { describe, expect, it } from 'vitest';
import { defaultScalingFactor } from '../method';
import { NO_RECORDS } from '../records';
import { addModels, editPool, expertsOf, type NewModel } from './edits';

const model = (name: string, fullClip = false): NewModel => ({
  id: `id-${name}`,
  name,
  origin: 'user',
  fullClip,
});

const filled = addModels(NO_RECORDS, [model('svhn'), model('base', true), model('mnist')]);
const names = (state: typeof filled) => expertsOf(state).map(({ name }) => name);

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

  it('is without a base when the base is removed', () => {
    const edited = editPool(filled, { type: 'remove', id: 'id-base' });
    expect(edited.baseId).toBeNull();
    expect(edited.models).toHaveLength(2);
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
