import { describe, expect, it } from 'vitest';
import { freshStoreName, makeFiles } from '../storage/test-support';
import { addImageSet, addModel, removeItem, setSetting } from '../storage/testing';
import type { Json, Library } from '../storage/types';
import { adoptOlder } from './older-library';
import { readRecords } from './records';
import { newLibrary, storeTask } from './testing/stored';
import { modelRecord } from './testing/values';

const model = async (library: Library, name: string) =>
  (await addModel(library, { name, files: makeFiles({ 'model.safetensors': 4 }), facts: {} })).id;

const PICTURES = ['0/cat/1.png', '2/dog/1.png', '2/dog/2.png'];
const task = async (
  library: Library,
  name: string,
  paths = PICTURES,
  facts: Json = { labels: [0, 2, 2] },
) => {
  const files = makeFiles(Object.fromEntries(paths.map((path) => [path, 1])));
  return (await addImageSet(library, { name, files, facts })).id;
};

const adopt = async (library: Library) => adoptOlder(library, await library.read());
const recordsOf = async (library: Library) => readRecords(await library.read()).records;

/** As the page stored it before items had records of their own. */
const entry = (id: string, changes: Record<string, Json> = {}) => ({
  id,
  name: `listed ${id.slice(0, 4)}`,
  origin: 'user',
  included: true,
  weight: 1,
  ...changes,
});
const taskEntry = (id: string, changes: Record<string, Json> = {}) => ({
  id,
  name: 'listed task',
  origin: 'demo',
  included: false,
  classnames: ['a', 'b', 'c'],
  templates: ['a {}'],
  expert: null,
  ...changes,
});

describe('a library of before items had records', () => {
  it('keeps what its list said: order, names, weights, prompts and settings', async () => {
    const library = newLibrary();
    const [a, b] = [await model(library, 'a'), await model(library, 'b')];
    const t = await task(library, 't');
    await setSetting(library, 'studio', {
      pool: {
        baseId: b,
        entries: [
          entry(b, { name: 'second' }),
          entry(a, { name: 'first', weight: 0.5, included: false, origin: 'demo' }),
        ],
      },
      tasks: [taskEntry(t)],
      scalingFactor: 0.45,
      pins: [],
      method: { name: 'TiesMergingAlgorithm', options: { threshold: 35 } },
      choice: 'cpu',
      demoHidden: true,
    });
    expect(await adopt(library)).toEqual([]);
    expect(await recordsOf(library)).toEqual({
      baseId: b,
      scalingFactor: 0.45,
      pins: [],
      method: { name: 'TiesMergingAlgorithm', options: { threshold: 35 } },
      layers: {},
      choice: 'cpu',
      demoHidden: true,
      computedOn: 'cpu',
      models: [
        modelRecord(b, { name: 'second', order: 1 }),
        modelRecord(a, {
          name: 'first',
          order: 2,
          weight: 0.5,
          included: false,
          origin: 'demo',
        }),
      ],
      tasks: [
        {
          id: t,
          name: 'listed task',
          origin: 'demo',
          order: 1,
          included: false,
          classnames: ['a', 'b', 'c'],
          templates: ['a {}'],
          expert: null,
        },
      ],
    });
    expect((await library.read()).settings).not.toHaveProperty('studio');
  });

  it('is taken over once, also by two tabs at once', async () => {
    const storeName = freshStoreName();
    const [one, other] = [newLibrary(storeName), newLibrary(storeName)];
    const a = await model(one, 'a');
    await model(one, 'unlisted');
    await setSetting(one, 'studio', { pool: { baseId: a, entries: [entry(a)] } });
    const seen = await one.read();
    const returned = await Promise.all([adoptOlder(one, seen), adoptOlder(other, seen)]);
    expect(returned.flat()).toEqual(['unlisted']);
    const once = await recordsOf(one);
    expect(once.demoHidden).toBe(false);
    expect(once.models.map(({ name }) => name)).toEqual([`listed ${a.slice(0, 4)}`, 'unlisted']);
    expect(await adopt(other)).toEqual([]);
    expect(await recordsOf(one)).toEqual(once);
  });

  it('has items that its list did not name: they come back once, at the end', async () => {
    const library = newLibrary();
    const lost = [await model(library, 'lost'), await model(library, 'again')];
    const a = await model(library, 'a');
    const t = await task(library, 'aquarium');
    await setSetting(library, 'studio', { pool: { baseId: null, entries: [entry(a)] } });
    expect(await adopt(library)).toEqual(['lost', 'again', 'aquarium']);
    const { models, tasks, baseId } = await recordsOf(library);
    expect(baseId).toBeNull();
    expect(models.map(({ id, order }) => [id, order])).toEqual([
      [a, 1],
      [lost[1], 2],
      [lost[0], 3],
    ]);
    expect(tasks).toEqual([
      {
        id: t,
        name: 'aquarium',
        origin: 'user',
        order: 1,
        included: true,
        classnames: ['cat', 'class 1', 'dog'],
        templates: ['a photo of a {}'],
        expert: null,
      },
    ]);
    expect(await adopt(library)).toEqual([]);
  });

  it('may have a list of items that are gone, and settings alone', async () => {
    const library = newLibrary();
    await setSetting(library, 'studio', {
      pool: { baseId: 'gone', entries: [entry('gone')] },
      tasks: [taskEntry('gone')],
      demoHidden: true,
    });
    expect(await adopt(library)).toEqual([]);
    expect(await recordsOf(library)).toMatchObject({
      baseId: null,
      models: [],
      tasks: [],
      demoHidden: true,
      scalingFactor: null,
      choice: 'auto',
    });
    expect((await library.read()).settings).not.toHaveProperty('studio');
  });

  it('whose list cannot be understood loses the list alone', async () => {
    const library = newLibrary();
    const a = await model(library, 'a');
    await setSetting(library, 'studio', { pool: { baseId: a, entries: [{ id: a }] } });
    expect(await adopt(library)).toEqual(['a']);
    const { models } = await recordsOf(library);
    expect(models.map(({ id, name }) => [id, name])).toEqual([[a, 'a']]);
    expect((await library.read()).settings).not.toHaveProperty('studio');
  });

  it('adds to what a newer version of the page has placed meanwhile', async () => {
    const library = newLibrary();
    const t = await storeTask(library, 'placed', { order: 4 });
    const [a, b] = [await model(library, 'a'), await model(library, 'b')];
    const own = { version: 1, name: 'b', origin: 'user', order: 6, included: true, weight: 1 };
    await library.transact(() => ({
      entries: { [b]: own },
      settings: {
        baseId: { version: 1, value: b },
        scalingFactor: { version: 1, value: 2 },
        demoHidden: { version: 1, value: true },
        method: { version: 1, value: { name: 'MagMaxAlgorithm', options: {} } },
        choice: { version: 1, value: 'cpu' },
      },
    }));
    const older = [await task(library, 'older'), await task(library, 'oldest')];
    await setSetting(library, 'studio', {
      pool: { baseId: a, entries: [entry(b, { weight: 9 }), entry(a)] },
      tasks: [taskEntry(t), ...older.map((id) => taskEntry(id))],
      scalingFactor: 0.5,
    });
    await adopt(library);
    const records = await recordsOf(library);
    expect(records).toMatchObject({
      baseId: b,
      scalingFactor: 2,
      demoHidden: true,
      choice: 'cpu',
      method: { name: 'MagMaxAlgorithm' },
    });
    expect(records.models.map(({ id, order, weight }) => [id, order, weight])).toEqual([
      [b, 6, 1],
      [a, 7, 1],
    ]);
    expect(records.tasks.map(({ id, order, name }) => [id, order, name])).toEqual([
      [t, 4, 'placed'],
      [older[0], 5, 'listed task'],
      [older[1], 6, 'listed task'],
    ]);
  });
});

describe('items without a record', () => {
  it('are left alone where there are none: nothing is written', async () => {
    const library = newLibrary();
    await storeTask(library, 'pets');
    const before = await library.read();
    const transact = () => Promise.reject(new Error('nothing is to be written'));
    expect(await adoptOlder({ ...library, transact }, before)).toEqual([]);
  });

  it('that cannot be read are listed all the same, so that they can be removed', async () => {
    const library = newLibrary();
    const a = await model(library, 'a');
    const t = await task(library, 't');
    const getItem = () => Promise.reject(new Error('damaged'));
    const returned = await adoptOlder({ ...library, getItem }, await library.read());
    expect(returned).toEqual([`damaged ${a.slice(0, 8)}`, `damaged ${t.slice(0, 8)}`]);
    const { models, tasks } = await recordsOf(library);
    expect(models.map(({ name }) => name)).toEqual([`damaged ${a.slice(0, 8)}`]);
    expect(tasks.map(({ classnames }) => classnames)).toEqual([[]]);
  });

  it('that come meanwhile are left for the next time', async () => {
    const library = newLibrary();
    await model(library, 'a');
    const before = await library.read();
    await model(library, 'b');
    expect(await adoptOlder(library, before)).toEqual(['a']);
    expect((await recordsOf(library)).models.map(({ name }) => name)).toEqual(['a']);
    expect(await adopt(library)).toEqual(['b']);
  });

  it('that go meanwhile are not listed', async () => {
    const library = newLibrary();
    const [a] = [await model(library, 'a'), await model(library, 'b')];
    const before = await library.read();
    await removeItem(library, a);
    expect(await adoptOlder(library, before)).toEqual(['b']);
    expect((await recordsOf(library)).models.map(({ name }) => name)).toEqual(['b']);
  });

  it.each([
    ['labels that are lost', PICTURES, null, []],
    ['labels that are none', PICTURES, { labels: ['x'] }, []],
    ['pictures in no folder', ['0/a.png', '1/b.png'], { labels: [0, 1] }, ['class 0', 'class 1']],
    ['a label that there is not', ['5/cat/a.png', '0/dog/b.png'], { labels: [0, 0] }, ['dog']],
  ])('get class names as far as they are known: %s', async (_what, paths, facts, classnames) => {
    const library = newLibrary();
    await task(library, 't', [...paths], facts);
    await adopt(library);
    expect((await recordsOf(library)).tasks[0]?.classnames).toEqual(classnames);
  });

  it('get them by number where the pictures are lost', async () => {
    const library = newLibrary();
    await task(library, 't');
    const openImageSet = () => Promise.reject(new Error('lost'));
    await adoptOlder({ ...library, openImageSet }, await library.read());
    expect((await recordsOf(library)).tasks[0]?.classnames).toEqual([
      'class 0',
      'class 1',
      'class 2',
    ]);
  });
});
