import { describe, expect, it } from 'vitest';
import { NO_RECORDS, type Records, readRecords, settingSchemas } from '../records';
import { engineValue, modelRecord } from '../testing/values';
import { addPin, editPins, MOST_PINS, pinOf, takePins } from './pin';
import type { NamedPin, Pin } from './types';

const sumOf = (id: string) => `sum of ${id}`;

const pin = (name: string, changes: Partial<Pin> = {}): Pin => ({
  id: `id ${name}`,
  name,
  method: { name: 'TaskArithmeticAlgorithm', options: {} },
  scalingFactor: 0.3,
  pretrained: { id: 'base', name: 'base', weight: 1, sha256: null, part: null },
  experts: [{ id: 'cars', name: 'cars', weight: 0.5, sha256: null, part: null }],
  ...changes,
});
const records = (...pins: Pin[]): Records => ({
  ...NO_RECORDS,
  baseId: 'base',
  models: [modelRecord('base'), modelRecord('cars')],
  pins,
});
const names = ({ pins }: Pick<Records, 'pins'>) => pins.map(({ name }) => name);

describe('pins', () => {
  it('are appended under names that are free, up to as many as there can be', () => {
    let all = records();
    for (let i = 0; i < MOST_PINS; i++) all = addPin(all, pin('mine', { id: `${i}` }));
    expect(names(all).slice(0, 3)).toEqual(['mine', 'mine (2)', 'mine (3)']);
    expect(() => addPin(all, pin('one more'))).toThrow(
      `There are ${MOST_PINS} pins already. Remove one first.`,
    );
  });

  it('are renamed, removed, and put back to their place', () => {
    const all = records(pin('a'), pin('b'), pin('c'));
    const renamed = editPins(all, { type: 'rename', id: 'id b', name: ' c ' });
    expect(names(renamed)).toEqual(['a', 'c (2)', 'c']);
    expect(names(editPins(all, { type: 'rename', id: 'id b', name: 'b' }))).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(() => editPins(all, { type: 'rename', id: 'id b', name: ' ' })).toThrow(
      'A pin needs a name of at least one character.',
    );
    const removed = editPins(all, { type: 'remove', id: 'id b' });
    expect(names(removed)).toEqual(['a', 'c']);
    const back = editPins(removed, { type: 'put', pin: pin('b'), index: 1 });
    expect(back.pins).toEqual(all.pins);
    expect(editPins(back, { type: 'put', pin: pin('b'), index: 0 })).toBe(back);
    expect(editPins(all, { type: 'remove', id: 'gone' }).pins).toEqual(all.pins);
  });

  it('need something that is merged', () => {
    expect(() => pinOf(engineValue({}), 'id')).toThrow('There is nothing to pin yet');
  });
});

describe('pins that come in words', () => {
  const named = (name: string, changes: Partial<NamedPin['merge']> = {}): NamedPin => ({
    name,
    merge: {
      method: { name: 'TaskArithmeticAlgorithm', options: {} },
      scalingFactor: 0.3,
      pretrained: { name: '_pretrained_', weight: 1, sha256: sumOf('base'), part: null },
      experts: [{ name: 'CARS', weight: 0.5, sha256: sumOf('cars'), part: null }],
      ...changes,
    },
  });
  const take = (to: Records, ...pins: NamedPin[]) => {
    let id = 0;
    return takePins(to, pins, () => `new ${id++}`, sumOf);
  };

  it('are taken once, whatever their models are called', () => {
    const { records: taken, left } = take(
      records(pin('mine')),
      named('the same'),
      named('other', { scalingFactor: 0.4 }),
      named('other again', { scalingFactor: 0.4 }),
    );
    expect(names(taken)).toEqual(['mine', 'other']);
    expect(taken.pins[1]).toMatchObject({ id: 'new 1', experts: [{ id: null, name: 'CARS' }] });
    expect(left).toEqual([]);
    expect(names(take(taken, named('other', { scalingFactor: 0.4 })).records)).toEqual(
      names(taken),
    );
  });

  it('are kept apart by what their models are where these are not there', () => {
    const gone = (weight: number) =>
      named('gone', {
        experts: [{ name: 'flags', weight, sha256: 'f'.repeat(64), part: null }],
      });
    const { records: taken } = take(records(), gone(1), gone(1), gone(2));
    expect(names(taken)).toEqual(['gone', 'gone (2)']);
  });

  it('are named where there is no room', () => {
    const full = Array.from({ length: MOST_PINS }, (_, i) => pin(`${i}`, { scalingFactor: 2 + i }));
    const { records: taken, left } = take(records(...full), named('a'));
    expect(taken.pins).toHaveLength(MOST_PINS);
    expect(left).toEqual(['a']);
  });
});

describe('pins in the library', () => {
  const read = (value: unknown) =>
    readRecords({ items: [], settings: { pins: { version: 1, value: value as never } } });

  it('are read as they were written', () => {
    const layered = pin('a', { layers: { post: 0.5 }, scalingFactor: null });
    const { records: back, dropped } = read([layered, pin('b')]);
    expect(back.pins).toEqual([layered, pin('b')]);
    expect(dropped).toEqual([]);
  });

  it('carry options of every kind that a method has', () => {
    const base_method = { method: 'WUDIMerging', options: { iter_num: 3, exclude_keys: ['a'] } };
    const calibrated = { name: 'SingularValueCalibrationWithBaseMethod', options: { base_method } };
    const weights = [
      [0.5, 0.25],
      [1, 2],
    ];
    const layerWise = { name: 'CLIPLayerWiseAdaMergingAlgorithm', options: { weights } };
    const pins = [pin('a', { method: calibrated }), pin('b', { method: layerWise })];
    expect(read(pins).records.pins).toEqual(pins);
  });

  it.each([
    ['no list', {}],
    ['a method that there is not', [pin('a', { method: { name: 'Nope', options: {} } })]],
    ['a factor that is none', [{ ...pin('a'), scalingFactor: '1' }]],
    ['no expert', [pin('a', { experts: [] })]],
  ])('are dropped, and that is said, for %s', (_, value) => {
    const { records: back, dropped } = read(value);
    expect(back.pins).toEqual([]);
    expect(dropped).toEqual(['pins']);
    expect(settingSchemas.pins).toBeDefined();
  });
});
