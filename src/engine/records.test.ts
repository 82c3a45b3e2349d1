import { describe, expect, it } from 'vitest';
import type { Json, LibraryRecords, StagedImport } from '../storage/types';
import { changesBetween, lastOrder, NO_RECORDS, type Records, readRecords } from './records';
import { modelRecord, taskRecord } from './testing/values';

const MODEL = { version: 1, name: 'm', origin: 'user', order: 1, included: true, weight: 1 };
const { weight: _, ...PLACE } = MODEL;
const TASK = { ...PLACE, classnames: ['cat', 'dog'], templates: ['a {}'] };

const model = (id: string, entry: Json | undefined) => ({ id, kind: 'checkpoint' as const, entry });
const task = (id: string, entry: Json | undefined) => ({ id, kind: 'imageset' as const, entry });
const read = (items: LibraryRecords['items'], settings: LibraryRecords['settings'] = {}) =>
  readRecords({ items, settings });
const setting = (value: Json) => ({ version: 1, value });

describe('records that are read', () => {
  it('are the models and tasks of their entries, without the version', () => {
    const { records, unlisted, newer, dropped } = read([model('a', MODEL), task('b', TASK)]);
    expect(records.models).toEqual([
      { id: 'a', name: 'm', origin: 'user', order: 1, included: true, weight: 1, part: null },
    ]);
    expect(records.tasks).toEqual([
      {
        id: 'b',
        name: 'm',
        origin: 'user',
        order: 1,
        included: true,
        classnames: ['cat', 'dog'],
        templates: ['a {}'],
        expert: null,
      },
    ]);
    expect([unlisted, newer, dropped]).toEqual([[], [], []]);
  });

  it('say the expert that was chosen for a task, and write it where one was', () => {
    const { records } = read([task('t', { ...TASK, expert: 'm' })]);
    expect(records.tasks[0]?.expert).toBe('m');
    const byName = { ...records, tasks: records.tasks.map((each) => ({ ...each, expert: null })) };
    expect(changesBetween(byName, records).entries).toEqual({ t: { ...TASK, expert: 'm' } });
    expect(changesBetween(records, byName).entries).toEqual({ t: TASK });
  });

  it('say where a model comes from, and write it where that is known', () => {
    const source = 'org/m@c0ffee0123456789c0ffee0123456789c0ffee01/model.safetensors';
    const { records } = read([model('a', { ...MODEL, source }), model('b', MODEL)]);
    expect(records.models.map((each) => each.source)).toEqual([source, undefined]);
    const none = { ...records, models: records.models.map(({ source: _, ...each }) => each) };
    expect(changesBetween(none, records).entries).toEqual({ a: { ...MODEL, source } });
  });

  it('say where a task comes from, and write it where that is known', () => {
    const source = 'org/d@c0ffee0123456789c0ffee0123456789c0ffee01/data/test.parquet';
    const { records } = read([task('a', { ...TASK, source }), task('b', TASK)]);
    expect(records.tasks.map((each) => each.source)).toEqual([source, undefined]);
    const none = { ...records, tasks: records.tasks.map(({ source: _, ...each }) => each) };
    expect(changesBetween(none, records).entries).toEqual({ a: { ...TASK, source } });
  });

  it('say the part that was chosen, and null where the version had none', () => {
    const chosen = { ...MODEL, version: 2, part: 'model_ema' };
    const { records, newer } = read([model('a', chosen), model('b', MODEL)]);
    expect(records.models.map(({ id, part }) => [id, part])).toEqual([
      ['a', 'model_ema'],
      ['b', null],
    ]);
    expect(newer).toEqual([]);
  });

  it('stand in their order, and by id where two tabs gave one place to two', () => {
    const places = { c: 2, d: 1.5, b: 2, a: 3 };
    const { records } = read([
      ...Object.entries(places).map(([id, order]) => model(id, { ...MODEL, order })),
      ...Object.entries(places).map(([id, order]) => task(`t${id}`, { ...TASK, order })),
    ]);
    expect(records.models.map(({ id }) => id)).toEqual(['d', 'b', 'c', 'a']);
    expect(records.tasks.map(({ id }) => id)).toEqual(['td', 'tb', 'tc', 'ta']);
  });

  it.each([
    ['no record', undefined],
    ['null', null],
    ['no version', { ...MODEL, version: undefined }],
    ['an earlier version', { ...MODEL, version: 0 }],
    ['a version that is no number', { ...MODEL, version: '2' }],
    ['no name', { ...MODEL, name: '' }],
    ['a name that is no text', { ...MODEL, name: 1 }],
    ['an origin that there is not', { ...MODEL, origin: 'web' }],
    ['an infinite place', { ...MODEL, order: Number.POSITIVE_INFINITY }],
    ['a place that is no number', { ...MODEL, order: '1' }],
    ['an inclusion that is neither', { ...MODEL, included: 1 }],
    ['no weight', { ...MODEL, weight: undefined }],
    ['a weight that is no number', { ...MODEL, weight: Number.NaN }],
    ['a task’s record', TASK],
    ['a part that is not said', { ...MODEL, version: 2 }],
    ['a part without a name', { ...MODEL, version: 2, part: '' }],
    ['a part that is no text', { ...MODEL, version: 2, part: 1 }],
  ])('leave a model with %s to be listed anew', (_what, entry) => {
    const item = model('a', entry);
    expect(read([item])).toMatchObject({ unlisted: [item], newer: [], records: { models: [] } });
  });

  it.each([
    ['no record', undefined],
    ['an earlier version', { ...TASK, version: 0 }],
    ['no name', { ...TASK, name: '' }],
    ['no class names', { ...TASK, classnames: undefined }],
    ['a class name that is no text', { ...TASK, classnames: ['cat', 2] }],
    ['a template that is no text', { ...TASK, templates: [2] }],
    ['a model’s record', MODEL],
  ])('leave a task with %s to be listed anew', (_what, entry) => {
    const item = task('a', entry);
    expect(read([item])).toMatchObject({ unlisted: [item], newer: [], records: { tasks: [] } });
  });

  it('go by the kind of the item, where an entry would do for both', () => {
    const both = { ...MODEL, ...TASK };
    const { records } = read([model('a', both), task('b', both)]);
    expect([records.models.length, records.tasks.length]).toEqual([1, 1]);
    expect([records.models[0]?.id, records.tasks[0]?.id]).toEqual(['a', 'b']);
  });

  it('leave alone what a newer version placed, whatever it means', () => {
    const later = { ...MODEL, version: 3 };
    const items = [model('a', later), task('b', { version: 2 }), task('d', { version: 7 })];
    const outcome = read([...items, model('c', MODEL)]);
    expect(outcome).toMatchObject({ newer: ['a', 'b', 'd'], unlisted: [] });
    expect(outcome.records.models.map(({ id }) => id)).toEqual(['c']);
    expect(outcome.records.tasks).toEqual([]);
  });
});

describe('settings that are read', () => {
  const options = { threshold: 35, merge_func: 'mean', scaling: 0.5 };
  const TIES = { name: 'TiesMergingAlgorithm', options: { threshold: 35, merge_func: 'mean' } };

  it('hold where they can be understood', () => {
    const { records, dropped } = read([model('a', MODEL)], {
      baseId: setting('a'),
      scalingFactor: setting(-0.25),
      method: setting(TIES),
      choice: setting('webgpu'),
      demoHidden: setting(true),
      computedOn: setting('webgpu'),
    });
    expect(dropped).toEqual([]);
    expect(records).toMatchObject({
      baseId: 'a',
      scalingFactor: -0.25,
      method: TIES,
      choice: 'webgpu',
      demoHidden: true,
      computedOn: 'webgpu',
    });
  });

  it('are the usual ones where there are none', () => {
    const { records, dropped } = read([]);
    expect(records).toEqual(NO_RECORDS);
    expect(dropped).toEqual([]);
  });

  it('may be null where nothing was chosen', () => {
    const { dropped } = read([], { baseId: setting(null), scalingFactor: setting(null) });
    expect(dropped).toEqual([]);
  });

  it('carry another method with its options', () => {
    const base_method = { method: 'WUDIMerging', options: { iter_num: 3, exclude_keys: ['a'] } };
    const method = { name: 'SingularValueCalibrationWithBaseMethod', options: { base_method } };
    expect(read([], { method: setting(method) }).records.method).toEqual(method);
  });

  it('carry options of every kind that a method has', () => {
    const method = { name: 'WeightedAverageAlgorithm', options: { weights: [0.5, 0.25] } };
    expect(read([], { method: setting(method) }).records.method).toEqual(method);
  });

  it.each([
    ['baseId', setting(1)],
    ['scalingFactor', setting('0.3')],
    ['scalingFactor', setting(Number.POSITIVE_INFINITY)],
    ['scalingFactor', { version: 2, value: 0.3 }],
    ['scalingFactor', 0.3],
    ['method', setting({ name: 'Nope', options: {} })],
    ['method', setting({ name: 'TiesMergingAlgorithm' })],
    ['method', setting({ name: 'TiesMergingAlgorithm', options: { threshold: -1 } })],
    ['method', setting({ name: 'TiesMergingAlgorithm', options })],
    ['method', setting({ name: 'TiesMergingAlgorithm', options: { threshold: null } })],
    ['choice', setting('gpu')],
    ['demoHidden', setting(1)],
    ['computedOn', setting('auto')],
  ] as const)('give way to the usual one, by name: %s %j', (name, stored) => {
    const { records, dropped } = read([], { [name]: stored });
    expect(dropped).toEqual([name]);
    expect(records[name]).toEqual(NO_RECORDS[name]);
  });

  it('name no base that is gone, or that a newer version placed', () => {
    const items = [model('a', { ...MODEL, version: 3 }), model('b', MODEL)];
    expect(read(items, { baseId: setting('a') }).records.baseId).toBeNull();
    expect(read(items, { baseId: setting('x') }).records.baseId).toBeNull();
    expect(read(items, { baseId: setting('b') }).records.baseId).toBe('b');
  });
});

describe('changes between records', () => {
  const before: Records = {
    ...NO_RECORDS,
    baseId: 'a',
    models: [modelRecord('a'), modelRecord('b', { order: 2 })],
    tasks: [taskRecord('t')],
  };
  const staged = (id: string) => ({ id }) as StagedImport;

  it('are none where nothing differs', () => {
    expect(changesBetween(before, { ...before, models: [...before.models] })).toEqual({
      entries: {},
      settings: {},
      remove: [],
      commit: [],
    });
  });

  it('touch the items and settings that differ, and no other', () => {
    const after: Records = {
      ...before,
      scalingFactor: 0.5,
      models: [modelRecord('a'), modelRecord('b', { order: 2, weight: 0.5 })],
      tasks: [taskRecord('t', { included: false })],
    };
    expect(changesBetween(before, after)).toEqual({
      entries: {
        b: {
          version: 1,
          name: 'b',
          origin: 'user',
          order: 2,
          included: true,
          weight: 0.5,
        },
        t: {
          version: 1,
          name: 't',
          origin: 'user',
          order: 1,
          included: false,
          classnames: ['left', 'right'],
          templates: ['a photo of a {}'],
        },
      },
      settings: { scalingFactor: { version: 1, value: 0.5 } },
      remove: [],
      commit: [],
    });
  });

  it('keep models with a part from versions that know none, and no other models', () => {
    const part = (chosen: string | null) => ({
      ...before,
      models: [modelRecord('a', { part: chosen })],
    });
    const { version: _, ...place } = { ...MODEL, name: 'a' };
    const chosen = changesBetween(before, part('ema')).entries?.a;
    expect(chosen).toEqual({ version: 2, ...place, part: 'ema' });
    expect(changesBetween(part('ema'), part(null)).entries?.a).toEqual({ version: 1, ...place });
    expect(read([model('a', chosen)]).records.models).toEqual(part('ema').models);
  });

  it('remove what is listed no more, models and tasks', () => {
    const { remove, entries } = changesBetween(before, {
      ...before,
      models: [modelRecord('a')],
      tasks: [],
    });
    expect(remove).toEqual(['b', 't']);
    expect(entries).toEqual({});
  });

  it('give staged imports their records, and leave those without one alone', () => {
    const after: Records = {
      ...before,
      models: [...before.models, modelRecord('c', { order: 3 })],
    };
    const { commit, entries } = changesBetween(before, after, [staged('c'), staged('d')]);
    expect(commit).toEqual([
      {
        staged: { id: 'c' },
        entry: { version: 1, name: 'c', origin: 'user', order: 3, included: true, weight: 1 },
      },
    ]);
    expect(entries).toEqual({});
  });

  it('are read back as what they were made from', () => {
    const { entries, settings } = changesBetween(NO_RECORDS, {
      ...before,
      scalingFactor: 1.5,
      demoHidden: true,
    });
    const kinds = { a: 'checkpoint', b: 'checkpoint', t: 'imageset' } as const;
    const items = (['a', 'b', 't'] as const).map((id) => ({
      id,
      kind: kinds[id],
      entry: entries?.[id],
    }));
    const { records } = read(items, settings as LibraryRecords['settings']);
    expect(records).toEqual({ ...before, scalingFactor: 1.5, demoHidden: true });
  });
});

describe('the last place', () => {
  it('is behind all others', () => {
    expect(lastOrder([])).toBe(1);
    expect(lastOrder([{ order: 2.5 }, { order: 1 }])).toBe(3.5);
    expect(lastOrder([{ order: -4 }])).toBe(1);
  });
});
