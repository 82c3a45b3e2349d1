import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { StorageError } from '../errors';
import { freshStoreName } from '../storage/test-support';
import { addModel } from '../storage/testing';
import type { Library } from '../storage/types';
import type { Finding } from './api';
import { editPool } from './pool/edits';
import { createQueue } from './queue';
import type { Records } from './records';
import { createState, type State } from './state';
import { editTasks } from './tasks/edits';
import { type MicroFiles, microFiles } from './testing/micro';
import { newLibrary, storeModel, storeTask } from './testing/stored';
import { MEASURED } from './testing/values';

let files: MicroFiles;
beforeAll(async () => {
  files = await microFiles();
});

const opened: { state: State; library: Library }[] = [];
afterEach(async () => {
  for (const { state, library } of opened.splice(0)) {
    state.close();
    await library.close();
  }
});

/** A tab over the library of that name; with `changes` in the library's place. */
async function open(
  storeName = freshStoreName(),
  changes: (library: Library) => Partial<Library> = () => ({}),
) {
  const library = newLibrary(storeName);
  const queue = createQueue();
  const remarks: Finding[] = [];
  const changed: boolean[] = [];
  const shown: string[][] = [];
  const results: string[] = [];
  const state = createState({ ...library, ...changes(library) }, queue, {
    onChange: (again) => void changed.push(again),
    onRemark: (finding) => void remarks.push(finding),
    beforeTasks: async (ids) => void shown.push([...ids]),
    onResults: (id) => void results.push(id),
  });
  opened.push({ state, library });
  return {
    library,
    state,
    queue,
    remarks,
    changed,
    shown,
    results,
    change: (edit: (records: Records) => Records) => queue.run(() => state.change(edit)),
    names: () => state.value().pool.models.map(({ name }) => name),
    id: (name: string) => state.value().pool.models.find((model) => model.name === name)?.id ?? '',
    taskId: (name: string) => state.value().tasks.find((task) => task.name === name)?.id ?? '',
  };
}

/** A library with base and two experts, measured, and a task; and a tab that shows it. */
async function filled(changes?: (library: Library) => Partial<Library>) {
  const storeName = freshStoreName();
  const before = newLibrary(storeName);
  const base = await storeModel(before, files, 'base');
  for (const name of ['alpha', 'beta']) await storeModel(before, files, name);
  const task = await storeTask(before, 'pets');
  await before.transact(() => ({ settings: { baseId: { version: 1, value: base } } }));
  await before.close();
  const tab = await open(storeName, changes);
  await tab.state.open();
  await tab.state.learn(base, { nonFinite: {} });
  for (const name of ['alpha', 'beta']) {
    await tab.state.learn(tab.id(name), { taskVectors: { [base]: MEASURED } });
  }
  tab.changed.length = 0;
  return { ...tab, storeName, task };
}

const factor = (scalingFactor: number) => (records: Records) => ({ ...records, scalingFactor });
const until = (passes: () => boolean) => vi.waitUntil(passes, { interval: 1, timeout: 3000 });
const breathe = () => new Promise((resolve) => setTimeout(resolve, 10));

describe('a library that is opened', () => {
  it('is shown, with opened models and tasks, in one step', async () => {
    const storeName = freshStoreName();
    const before = newLibrary(storeName);
    await storeModel(before, files, 'alpha');
    const task = await storeTask(before, 'pets');
    await before.transact(() => ({
      settings: {
        scalingFactor: { version: 1, value: 0.25 },
        choice: { version: 1, value: 'cpu' },
        demoHidden: { version: 1, value: true },
        computedOn: { version: 1, value: 'webgpu' },
        method: { version: 1, value: { name: 'MagMaxAlgorithm', options: {} } },
      },
    }));
    const { state, changed, shown, remarks, names } = await open(storeName);
    expect(state.storage()).toEqual({ used: 0, available: null });
    await state.open();
    expect(names()).toEqual(['alpha']);
    expect(state.value()).toMatchObject({
      chosenFactor: 0.25,
      choice: 'cpu',
      demoHidden: true,
      computedOn: 'webgpu',
      method: { name: 'MagMaxAlgorithm' },
      stopped: false,
      sweep: [],
      tasks: [{ name: 'pets', labels: [0, 0, 1, 1] }],
    });
    expect(state.storage().used).toBeGreaterThan(1000);
    expect(changed).toEqual([false]);
    expect(shown).toEqual([[task]]);
    expect(remarks).toEqual([]);
  });

  it('says what came back, what a newer version stored, and what was not understood', async () => {
    const storeName = freshStoreName();
    const before = newLibrary(storeName);
    const file = { name: 'model.safetensors', blob: new Blob(['x']) };
    const lost = await addModel(before, { name: 'lost', files: [file], facts: {} });
    const later = await addModel(before, { name: 'later', files: [file], facts: {} });
    await before.transact(() => ({
      entries: { [later.id]: { version: 9 } },
      settings: { choice: { version: 1, value: 'gpu' } },
    }));
    const { state, remarks, names } = await open(storeName);
    await state.open();
    expect(names()).toEqual(['lost']);
    expect(remarks).toEqual([
      {
        severity: 'info',
        message:
          'Found in the library and listed again: lost. An earlier visit stored it and was closed before it was done.',
        details: [],
      },
      {
        severity: 'warning',
        message:
          'One item of the library was stored by a newer version of this page and is not shown. Reload the page to get that version.',
        details: [later.id],
      },
      {
        severity: 'info',
        message: 'Some settings of an earlier visit could not be understood; the usual ones hold.',
        details: ['choice'],
      },
    ]);
    expect(lost.name).toBe('lost');
  });

  it('says it of several in the plural', async () => {
    const storeName = freshStoreName();
    const before = newLibrary(storeName);
    const file = { name: 'model.safetensors', blob: new Blob(['x']) };
    for (const name of ['a', 'b']) await addModel(before, { name, files: [file], facts: {} });
    const later: string[] = [];
    for (const name of ['c', 'd']) {
      later.push((await addModel(before, { name, files: [file], facts: {} })).id);
    }
    await before.transact(() => ({
      entries: Object.fromEntries(later.map((id) => [id, { version: 3 }])),
    }));
    const { state, remarks } = await open(storeName);
    await state.open();
    expect(remarks.map(({ message }) => message)).toEqual([
      'Found in the library and listed again: a, b. An earlier visit stored them and was closed before it was done.',
      '2 items of the library were stored by a newer version of this page and are not shown. Reload the page to get that version.',
    ]);
  });
});

describe('a change', () => {
  it('is in the library and shown when it is answered', async () => {
    const { change, state, storeName, id, changed } = await filled();
    await change((records) => editPool(records, { type: 'rename', id: id('alpha'), name: 'x' }));
    expect(state.value().pool.models.map(({ name }) => name)).toEqual(['base', 'x', 'beta']);
    expect(changed).toEqual([true]);
    const other = await open(storeName);
    await other.state.open();
    expect(other.names()).toEqual(['base', 'x', 'beta']);
  });

  it('that removes tells nobody of what was removed here', async () => {
    const { change, id, taskId, names, state, remarks } = await filled();
    await change((records) => editPool(records, { type: 'remove', id: id('alpha') }));
    await change((records) => editTasks(records, { type: 'remove', id: taskId('pets') }));
    expect(names()).toEqual(['base', 'beta']);
    expect(state.value().tasks).toEqual([]);
    expect(remarks).toEqual([]);
  });

  it('tells of pictures that are about to be shown for the first time, once', async () => {
    const { change, taskId, shown, task } = await filled();
    expect(shown).toEqual([[task]]);
    await change((records) =>
      editTasks(records, { type: 'rename', id: taskId('pets'), name: 'x' }),
    );
    expect(shown).toEqual([[task], []]);
  });

  it('that is refused, or cannot be written, changes nothing', async () => {
    let full = false;
    const { change, state, changed } = await filled((library) => ({
      transact: (edit) =>
        full ? Promise.reject(new StorageError('There is no room.')) : library.transact(edit),
    }));
    const before = state.value();
    const mistake = () => {
      throw new Error('refused');
    };
    await expect(change(mistake)).rejects.toThrow('refused');
    full = true;
    await expect(change(factor(1))).rejects.toThrow('There is no room.');
    expect(state.value()).toBe(before);
    expect(changed).toEqual([]);
  });

  it('makes everything go on that was stopped', async () => {
    const { change, state } = await filled();
    state.set({ stopped: true });
    await change(factor(1));
    expect(state.value().stopped).toBe(false);
  });

  it('does not bring back a number that was set while it was on its way', async () => {
    const held: (() => void)[] = [];
    let hold = false;
    const { change, state, storeName } = await filled((library) => ({
      usage: async () => {
        if (hold) await new Promise<void>((go) => held.push(go));
        return library.usage();
      },
    }));
    await state.setNumber('factor', factor(0.5));
    hold = true;
    const changing = change((records) => ({ ...records, demoHidden: true }));
    await until(() => held.length === 1);
    await state.setNumber('factor', factor(0.75));
    hold = false;
    held[0]?.();
    await changing;
    expect(state.value()).toMatchObject({ chosenFactor: 0.75, demoHidden: true });
    const other = await open(storeName);
    await other.state.open();
    expect(other.state.value().chosenFactor).toBe(0.75);
  });

  it('comes before a number that was set while it was on its way, whichever is written first', async () => {
    const held: (() => void)[] = [];
    let hold = false;
    const { change, state, storeName } = await filled((library) => ({
      transact: async (edit) => {
        if (hold) {
          hold = false;
          await new Promise<void>((go) => held.push(go));
        }
        return library.transact(edit);
      },
    }));
    hold = true;
    const changing = change((records) => ({ ...records, scalingFactor: 0.5, demoHidden: true }));
    await until(() => held.length === 1);
    await state.setNumber('factor', factor(0.75));
    held[0]?.();
    await changing;
    expect(state.value()).toMatchObject({ chosenFactor: 0.75, demoHidden: true });
    const other = await open(storeName);
    await other.state.open();
    expect(other.state.value()).toMatchObject({ chosenFactor: 0.75, demoHidden: true });
  });

  it('comes after the numbers that were set before it', async () => {
    const { change, state } = await filled();
    const seen: (number | null)[] = [];
    void state.setNumber('factor', factor(0.5));
    await change((records) => {
      seen.push(records.scalingFactor);
      return { ...records, scalingFactor: null };
    });
    expect(seen).toEqual([0.5]);
    expect(state.value().chosenFactor).toBeNull();
  });
});

describe('a number', () => {
  it('is shown at once, and written then', async () => {
    const { state, changed, storeName } = await filled();
    const setting = state.setNumber('factor', factor(0.5));
    expect(state.value().chosenFactor).toBe(0.5);
    expect(changed).toEqual([true]);
    await setting;
    expect(changed).toEqual([true]);
    const other = await open(storeName);
    await other.state.open();
    expect(other.state.value().chosenFactor).toBe(0.5);
  });

  it('of a model changes its weight and nothing else of the pool', async () => {
    const { state, id } = await filled();
    const { pool: before } = state.value();
    await state.setNumber('weight', (records) =>
      editPool(records, { type: 'setWeight', id: id('beta'), weight: 2 }),
    );
    const { pool } = state.value();
    expect(pool.models.map(({ weight }) => weight)).toEqual([1, 1, 2]);
    expect(pool.models.map(({ opened: files }) => files)).toEqual(
      before.models.map(({ opened: files }) => files),
    );
    expect(pool.models[1]?.facts).toBe(before.models[1]?.facts);
    expect(pool.baseId).toBe(before.baseId);
  });

  it('of no model leaves the very pool, so that nothing that follows from it is computed again', async () => {
    const { state } = await filled();
    const { pool, tasks } = state.value();
    await state.setNumber('factor', factor(0.5));
    expect(state.value().pool).toBe(pool);
    expect(state.value().tasks).toBe(tasks);
  });

  it('makes everything go on that was stopped', async () => {
    const { state } = await filled();
    state.set({ stopped: true });
    await state.setNumber('factor', factor(0.5));
    expect(state.value().stopped).toBe(false);
  });

  it('that cannot be written holds all the same, and says so', async () => {
    let full = false;
    const { state } = await filled((library) => ({
      transact: (edit) =>
        full ? Promise.reject(new StorageError('There is no room.')) : library.transact(edit),
    }));
    full = true;
    await expect(state.setNumber('factor', factor(0.5))).rejects.toThrow('There is no room.');
    expect(state.value().chosenFactor).toBe(0.5);
  });
});

describe('what no library keeps', () => {
  it('holds until something else does', async () => {
    const { state, changed } = await filled();
    state.set({ sweep: [0.1, 0.2] });
    expect(state.value()).toMatchObject({ sweep: [0.1, 0.2], stopped: false });
    state.set({ stopped: true });
    expect(state.value().stopped).toBe(true);
    // Only what is not a stop is a reason to try again what failed.
    expect(changed).toEqual([true, false]);
  });
});

describe('a sweep', () => {
  const sweep = [0.1, 0.2];
  async function sweeping() {
    const tab = await filled();
    tab.state.set({ sweep });
    return tab;
  }

  it('goes on whatever is renamed, chosen or added that changes nothing of what is merged', async () => {
    const { state, change, id, taskId, storeName } = await sweeping();
    await change((records) => editPool(records, { type: 'rename', id: id('alpha'), name: 'x' }));
    await change((records) =>
      editTasks(records, { type: 'rename', id: taskId('pets'), name: 'dogs' }),
    );
    await state.setNumber('factor', factor(0.5));
    await state.setNumber('choice', (records) => ({ ...records, choice: 'cpu' }));
    await state.learn(id('beta'), { sha256: 'ab'.repeat(32) });
    const other = newLibrary(storeName);
    await storeTask(other, 'cars');
    await until(() => state.value().tasks.length === 2);
    await other.close();
    expect(state.value().sweep).toBe(sweep);
  });

  it('ends where a weight changes', async () => {
    const { state, id } = await sweeping();
    await state.setNumber('weight', (records) =>
      editPool(records, { type: 'setWeight', id: id('alpha'), weight: 2 }),
    );
    expect(state.value().sweep).toEqual([]);
  });

  it('ends where the method changes', async () => {
    const { state } = await sweeping();
    await state.setNumber('method', (records) => ({
      ...records,
      method: { name: 'MagMaxAlgorithm', options: {} },
    }));
    expect(state.value().sweep).toEqual([]);
  });

  it.each([
    { type: 'setIncluded', included: false },
    { type: 'move', index: 1 },
    { type: 'setBase' },
    { type: 'remove' },
  ] as const)('ends where the pool changes: $type', async (edit) => {
    const { state, id, change } = await sweeping();
    await change((records) => editPool(records, { ...edit, id: id('alpha') }));
    expect(state.value().sweep).toEqual([]);
  });

  it('ends where the base goes', async () => {
    const { state, id, change } = await sweeping();
    await change((records) => editPool(records, { type: 'remove', id: id('base') }));
    expect(state.value().sweep).toEqual([]);
  });

  it('is followed by another where that is asked for', async () => {
    const { state } = await sweeping();
    state.set({ sweep: [0.3] });
    expect(state.value().sweep).toEqual([0.3]);
    state.set({ sweep: [] });
    expect(state.value().sweep).toEqual([]);
  });
});

describe('another tab', () => {
  it('is followed', async () => {
    const { state, storeName, names, id, changed } = await filled();
    const other = await open(storeName);
    await other.state.open();
    await other.change((records) =>
      editPool(records, { type: 'rename', id: id('alpha'), name: 'x' }),
    );
    await until(() => names()[1] === 'x');
    await other.state.setNumber('factor', factor(0.5));
    await until(() => state.value().chosenFactor === 0.5);
    expect(changed.every((again) => !again)).toBe(true);
  });

  it('does not make go on what was stopped here', async () => {
    const { state, storeName } = await filled();
    state.set({ stopped: true });
    const other = await open(storeName);
    await other.state.open();
    await other.state.setNumber('factor', factor(0.5));
    await until(() => state.value().chosenFactor === 0.5);
    expect(state.value().stopped).toBe(true);
  });

  it('that removes something is told of by name', async () => {
    const { state, storeName, names, id, taskId, remarks, change } = await filled();
    await change((records) =>
      editPool(records, { type: 'setIncluded', id: id('alpha'), included: false }),
    );
    const other = await open(storeName);
    await other.state.open();
    await other.change((records) => editPool(records, { type: 'remove', id: id('alpha') }));
    await until(() => names().length === 2);
    await other.change((records) => editPool(records, { type: 'remove', id: id('beta') }));
    await until(() => names().length === 1);
    await other.change((records) => editTasks(records, { type: 'remove', id: taskId('pets') }));
    await until(() => state.value().tasks.length === 0);
    expect(remarks).toEqual([
      {
        severity: 'info',
        subject: 'alpha',
        message: 'alpha was removed in another tab.',
        details: [],
      },
      {
        severity: 'warning',
        subject: 'beta',
        message: 'beta was removed in another tab.',
        details: [],
      },
      {
        severity: 'warning',
        subject: 'pets',
        message: 'pets was removed in another tab.',
        details: [],
      },
    ]);
  });

  it('that found something out about a model is believed', async () => {
    const { state, storeName, id } = await filled();
    const other = await open(storeName);
    await other.state.open();
    await other.state.learn(id('alpha'), { sha256: 'ab'.repeat(32) });
    await until(() => state.value().pool.models[1]?.facts.sha256 !== undefined);
    expect(state.value().pool.models[1]?.facts.sha256).toBe('ab'.repeat(32));
  });

  it('that kept scores of pictures is told, and nothing is read again for it', async () => {
    const { results, storeName, task, changed } = await filled();
    const other = await open(storeName);
    await other.library.putResults([
      { owner: task, items: [task], name: 'score', value: 1, bytes: 8 },
    ]);
    await until(() => results.length > 0);
    expect(results).toEqual([task]);
    await breathe();
    expect(changed).toEqual([]);
  });

  it('is read once for however many of its changes', async () => {
    let reads = 0;
    const { storeName, queue, state } = await filled((library) => ({
      read: () => {
        reads++;
        return library.read();
      },
    }));
    const other = newLibrary(storeName);
    let go: () => void = () => undefined;
    const busy = queue.run(() => new Promise<void>((resolve) => (go = resolve)));
    reads = 0;
    for (let value = 1; value <= 5; value++) {
      await other.transact(() => ({ settings: { scalingFactor: { version: 1, value } } }));
    }
    await breathe();
    go();
    await busy;
    await until(() => state.value().chosenFactor === 5);
    expect(reads).toBe(1);
    await other.close();
  });

  it('is followed again after a change that could not be read', async () => {
    let failing = false;
    const { state, storeName } = await filled((library) => ({
      read: () => (failing ? Promise.reject(new StorageError('lost')) : library.read()),
    }));
    const other = newLibrary(storeName);
    failing = true;
    await other.transact(() => ({ settings: { scalingFactor: { version: 1, value: 1 } } }));
    await breathe();
    expect(state.value().chosenFactor).toBeNull();
    failing = false;
    await other.transact(() => ({ settings: { scalingFactor: { version: 1, value: 2 } } }));
    await until(() => state.value().chosenFactor === 2);
    await other.close();
  });

  it('is not followed any more when this one is closed', async () => {
    const { state, storeName, changed, queue } = await filled();
    const other = newLibrary(storeName);
    state.close();
    await other.transact(() => ({ settings: { scalingFactor: { version: 1, value: 1 } } }));
    await breathe();
    await queue.run(async () => undefined);
    expect(state.value().chosenFactor).toBeNull();
    expect(changed).toEqual([]);
    await other.close();
  });
});

describe('what was found out about a model', () => {
  it('is shown at once, and is known in the next visit', async () => {
    const { state, id, storeName, changed } = await filled();
    const learning = state.learn(id('alpha'), { sha256: 'ab'.repeat(32) });
    expect(state.value().pool.models[1]?.facts.sha256).toBe('ab'.repeat(32));
    expect(changed).toEqual([false]);
    await learning;
    const other = await open(storeName);
    await other.state.open();
    expect(other.state.value().pool.models[1]?.facts).toMatchObject({
      sha256: 'ab'.repeat(32),
    });
  });

  it('leaves numbers as they stand', async () => {
    const { state, id } = await filled();
    await state.setNumber('weight', (records) =>
      editPool(records, { type: 'setWeight', id: id('alpha'), weight: 2 }),
    );
    await state.setNumber('factor', factor(0.5));
    await state.learn(id('alpha'), { sha256: 'ab'.repeat(32) });
    expect(state.value().pool.models[1]?.weight).toBe(2);
    expect(state.value().chosenFactor).toBe(0.5);
  });

  it('can be that it cannot be read', async () => {
    const { state, id, changed } = await filled();
    const finding = { severity: 'error', message: 'The file has changed.', details: [] } as const;
    state.setUnreadable(id('alpha'), finding);
    expect(state.value().pool.models[1]?.unreadable).toBe(finding);
    expect(changed).toEqual([false]);
  });
});

describe('a tab that is closed', () => {
  it('shows nothing any more of what was on its way', async () => {
    const held: (() => void)[] = [];
    let hold = false;
    const { change, state, changed } = await filled((library) => ({
      usage: async () => {
        if (hold) await new Promise<void>((go) => held.push(go));
        return library.usage();
      },
    }));
    hold = true;
    const changing = change(factor(0.5));
    await until(() => held.length === 1);
    state.close();
    held[0]?.();
    await changing;
    expect(state.value().chosenFactor).toBeNull();
    expect(changed).toEqual([]);
  });
});
