import { beforeAll, describe, expect, it } from 'vitest';
import { StorageError } from '../../errors';
import type { Library } from '../../storage/types';
import type { DroppedFile } from '../api';
import { testJob } from '../testing/jobs';
import { type MicroFiles, microFiles } from '../testing/micro';
import { newLibrary } from '../testing/stored';
import { stageTasks } from './adding';

let files: MicroFiles;
beforeAll(async () => {
  files = await microFiles();
});

const drop = (...names: string[]): DroppedFile[] =>
  names.flatMap((name) => files.tasks[name] ?? []);
const text = (path: string): DroppedFile => ({ path, file: new File(['x'], path) });

describe('dropped pictures', () => {
  it('are staged task by task, and belong to nothing yet', async () => {
    const library = newLibrary();
    const { staged, findings } = await stageTasks(library, drop('alpha', 'pairs'), testJob());
    expect(staged.map(({ item, about }) => [item.name, item.kind, about.classnames])).toEqual([
      ['alpha', 'imageset', ['left', 'right']],
      ['pairs', 'imageset', ['left', 'right']],
    ]);
    expect(findings).toEqual([]);
    expect((await library.read()).items).toEqual([]);
  });

  it('are kept by class, with the labels in the order of the files', async () => {
    const library = newLibrary();
    const { staged } = await stageTasks(library, drop('pairs'), testJob());
    const [first] = staged;
    if (!first) throw new Error('nothing was staged');
    await library.transact(() => ({ commit: [{ staged: first.item, entry: null }] }));
    const item = await library.getItem(first.item.id);
    expect(item?.facts).toEqual({ labels: [0, 0, 0, 1, 1, 1] });
    const stored = await library.openImageSet(first.item.id);
    expect(stored.map(({ name }) => name)).toEqual([
      '0/left/0.png',
      '0/left/1.png',
      '0/left/2.png',
      '1/right/0.png',
      '1/right/1.png',
      '1/right/2.png',
    ]);
    const original = files.tasks.pairs?.[4]?.file;
    expect(await stored[4]?.blob.arrayBuffer()).toEqual(await original?.arrayBuffer());
  });

  it('are read, then imported, which is reported', async () => {
    const job = testJob();
    await stageTasks(newLibrary(), drop('pairs'), job);
    const labels = new Set(job.reports.map(([label]) => label));
    expect([...labels]).toEqual(['Reading images', 'Importing pairs']);
    for (const label of labels) {
      const shares = job.reports.filter(([of]) => of === label).map(([, share]) => share ?? 0);
      expect(shares).toEqual(shares.toSorted((a, b) => a - b));
      expect(shares.at(-1)).toBe(1);
      expect(shares[0]).toBeLessThan(1);
    }
  });

  it('say nothing of how far they are where there is nothing to be done', async () => {
    const library = newLibrary();
    const stageImageSet: Library['stageImageSet'] = (request, options) => {
      options?.onProgress?.(0, 0);
      return library.stageImageSet(request);
    };
    const job = testJob();
    await stageTasks({ ...library, stageImageSet }, drop('pairs'), job);
    expect(job.reports.at(-1)).toEqual(['Importing pairs', null]);
  });

  it.each([
    [['pairs/left/notes.txt'], 'One file was left out of the tasks.'],
    [['pairs/left/a.txt', 'pairs/left/b.txt'], '2 files were left out of the tasks.'],
  ])('are told from what is no picture: %j', async (paths, message) => {
    const dropped = [...drop('pairs'), ...paths.map(text)];
    const { staged, findings } = await stageTasks(newLibrary(), dropped, testJob());
    expect(staged).toHaveLength(1);
    expect(findings).toEqual([{ severity: 'warning', message, details: expect.any(Array) }]);
    expect(findings[0]?.details.map((line) => line.split(': ')[0])).toEqual(paths);
  });

  it('that are none are refused', async () => {
    await expect(stageTasks(newLibrary(), [text('notes.txt')], testJob())).rejects.toMatchObject({
      name: 'FormatError',
    });
  });

  it('stop within a drop, and keep what was staged', async () => {
    const library = newLibrary();
    const job = testJob((label) => {
      if (label === 'Importing pairs') job.stop();
    });
    const { staged, findings } = await stageTasks(library, drop('alpha', 'pairs'), job);
    expect(staged.map(({ about }) => about.name)).toEqual(['alpha']);
    expect(findings).toMatchObject([{ severity: 'info', subject: 'pairs' }]);
  });

  it('are not read on when that is stopped', async () => {
    const job = testJob((label) => {
      if (label === 'Reading images') job.stop();
    });
    await expect(stageTasks(newLibrary(), drop('pairs'), job)).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('that the storage refuses become a finding', async () => {
    const library = newLibrary();
    const stageImageSet: Library['stageImageSet'] = () =>
      Promise.reject(new StorageError('There is no room.'));
    const { staged, findings } = await stageTasks(
      { ...library, stageImageSet },
      drop('alpha', 'pairs'),
      testJob(),
    );
    expect(staged).toEqual([]);
    expect(findings.map(({ subject, severity }) => [subject, severity])).toEqual([
      ['alpha', 'error'],
      ['pairs', 'info'],
    ]);
  });
});
