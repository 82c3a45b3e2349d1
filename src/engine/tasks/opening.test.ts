import { describe, expect, it, vi } from 'vitest';
import { StorageError } from '../../errors';
import { removeItem } from '../../storage/testing';
import type { Json, Library } from '../../storage/types';
import { type Records, readRecords } from '../records';
import { newLibrary, storeTask } from '../testing/stored';
import { createTaskOpenings, labelsAsFacts } from './opening';

const LOST = 'pets has lost its labels in the library. Remove it and add it again.';

async function open(names: readonly string[], facts?: Json, changed: Partial<Library> = {}) {
  const library = newLibrary();
  for (const name of names) await storeTask(library, name, {}, facts);
  const { records } = readRecords(await library.read());
  const openImageSet = vi.fn(changed.openImageSet ?? library.openImageSet);
  const openings = createTaskOpenings({ ...library, ...changed, openImageSet });
  return { library, records, openings, openImageSet, id: records.tasks[0]?.id ?? '' };
}

const without = (records: Records, name: string): Records => ({
  ...records,
  tasks: records.tasks.filter((task) => task.name !== name),
});

describe('tasks', () => {
  it('are opened with their pictures, by their paths inside the task, and labels', async () => {
    const { openings, records } = await open(['pets']);
    await openings.open(records);
    const [task] = openings.assemble(records);
    expect(task).toMatchObject({ ...records.tasks[0], labels: [0, 0, 1, 1] });
    expect(task?.failure).toBeUndefined();
    expect(task?.images.map(({ name }) => name)).toEqual([
      'left/a.png',
      'left/b.png',
      'right/a.png',
      'right/b.png',
    ]);
    expect(await task?.images[2]?.blob.text()).toBe('1/right/a.png');
  });

  it('are opened once, whatever is edited about them', async () => {
    const { openings, records, openImageSet } = await open(['pets', 'cars']);
    await openings.open(records);
    const edited = {
      ...records,
      tasks: records.tasks.map((task) => ({ ...task, name: 'x', templates: ['{}'] })),
    };
    await openings.open(edited);
    expect(openImageSet).toHaveBeenCalledTimes(2);
    const [before, after] = [openings.assemble(records)[0], openings.assemble(edited)[0]];
    expect(after).toMatchObject({ name: 'x', templates: ['{}'] });
    expect(after?.images).toBe(before?.images);
    expect(after?.labels).toBe(before?.labels);
  });

  it('are let go of when they are listed no more', async () => {
    const { openings, records } = await open(['pets', 'cars']);
    await openings.open(records);
    await openings.open(without(records, 'pets'));
    expect(openings.assemble(records).map(({ name }) => name)).toEqual(['cars']);
  });

  it('that were not opened yet are not shown', async () => {
    const { openings, records } = await open(['pets']);
    expect(openings.assemble(records)).toEqual([]);
  });

  it('keep their labels as they were added', async () => {
    const { openings, records } = await open(['pets'], labelsAsFacts([1, 1, 0, 2]));
    await openings.open(records);
    expect(openings.assemble(records)[0]?.labels).toEqual([1, 1, 0, 2]);
  });
});

describe('tasks that cannot be opened', () => {
  it.each([
    [null],
    [{}],
    [{ labels: [0, 0, 1] }],
    [{ labels: [0, 0, 1, 1, 1] }],
    [{ labels: [0, 0, 1, -1] }],
    [{ labels: [0, 0, 1, 0.5] }],
    [{ labels: ['0', '0', '1', '1'] }],
  ])('are listed all the same, so that they can be removed: %j', async (facts) => {
    const { openings, records } = await open(['pets'], facts);
    await openings.open(records);
    expect(openings.assemble(records)).toEqual([
      { ...records.tasks[0], images: [], labels: [], failure: LOST },
    ]);
  });

  it('are tried once', async () => {
    const { openings, records, openImageSet } = await open(['pets', 'cars'], null);
    await openings.open(records);
    await openings.open(records);
    expect(openImageSet).toHaveBeenCalledTimes(2);
    await openings.open(without(records, 'pets'));
    expect(openings.assemble(records).map(({ name }) => name)).toEqual(['cars']);
  });

  it('say what the library says where their record is damaged', async () => {
    const getItem = () => Promise.reject(new StorageError('Its record is damaged.'));
    const { openings, records } = await open(['pets'], undefined, { getItem });
    await openings.open(records);
    expect(openings.assemble(records)[0]?.failure).toBe('Its record is damaged.');
  });

  it('are not listed where they have gone meanwhile', async () => {
    const { openings, records, library, id } = await open(['pets', 'cars']);
    await removeItem(library, id);
    await openings.open(records);
    expect(openings.assemble(records).map(({ name }) => name)).toEqual(['cars']);
  });

  it('are not listed where they go while they are opened', async () => {
    const { library, records, id } = await open(['pets', 'cars']);
    const openImageSet = async (asked: string) => {
      if (asked === id) await removeItem(library, id);
      return library.openImageSet(asked);
    };
    const openings = createTaskOpenings({ ...library, openImageSet });
    await openings.open(records);
    expect(openings.assemble(records).map(({ name }) => name)).toEqual(['cars']);
  });

  it('because of a mistake in the program make it fail', async () => {
    const openImageSet = () => Promise.reject(new TypeError('a mistake in the program'));
    const { openings, records } = await open(['pets'], undefined, { openImageSet });
    await expect(openings.open(records)).rejects.toThrow('a mistake in the program');
  });
});
