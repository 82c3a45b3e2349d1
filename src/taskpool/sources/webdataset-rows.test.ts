import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fileSource } from '../../checkpoint/file-source-node';
import { FormatError } from '../../errors';
import { openImageFolder } from './image-folder';
import { openDataset } from './open-dataset';
import { openWebDataset } from './webdataset-rows';

const FOLDER = new URL('../../../reference/fixtures/webdataset/', import.meta.url);

type Answer =
  | { column: string; rows: { path: string; picture: string; label: number | null }[] }
  | { error: string };
const { sets }: { sets: Record<string, Answer> } = JSON.parse(
  readFileSync(new URL('expected.json', FOLDER), 'utf8'),
);

const file = async (name: string) => ({ name, blob: await fileSource(new URL(name, FOLDER)) });
const archivesOf = async (set: string) =>
  set === 'numbers'
    ? [await file('numbers/test/0.tar'), await file('numbers/test/1.tar')]
    : [await file(`${set}/test.tar`)];

describe('rows, as datasets reads WebDatasets', () => {
  const usable = Object.entries(sets).flatMap(([set, answer]) =>
    'rows' in answer ? [[set, answer] as const] : [],
  );
  it.each(usable)('%s', async (set, { rows: expected }) => {
    const { rows } = await openWebDataset(await archivesOf(set), []);
    const labelled = expected.filter(({ label }) => label !== null);
    expect(rows.map(({ label }) => label)).toEqual(labelled.map(({ label }) => label));
    const sums = rows.map(async ({ read }) =>
      createHash('sha256')
        .update(new Uint8Array(await (await read()).arrayBuffer()))
        .digest('hex'),
    );
    expect(await Promise.all(sums)).toEqual(labelled.map(({ picture }) => picture));
    const paths = rows.map(({ name }) => name.replace(/^.*?\.tar\//, ''));
    expect(paths).toEqual(labelled.map(({ path }) => path));
  });

  it('says how many have no label', async () => {
    const { notes } = await openWebDataset(await archivesOf('late'), []);
    expect(notes).toEqual(['late/test.tar: 1 samples without a label or a picture']);
    expect((await openWebDataset(await archivesOf('numbers'), [])).notes).toEqual([]);
  });

  it.each([
    ['repeated', 'repeated/test.tar: a.png is there twice.'],
    [
      'uneven',
      'uneven/test.tar: Its first samples do not have the same fields: s0000000 has cls, png, z has png.',
    ],
    [
      'words',
      'words/test.tar/s0000000.cls: The number of a class is expected, but it says "one". Names of classes go into .txt files.',
    ],
  ])('%s is refused, as there', async (set, message) => {
    expect(sets[set]).toEqual({ error: 'ValueError' });
    const opening = openWebDataset(await archivesOf(set), []);
    await expect(opening).rejects.toThrow(FormatError);
    await expect(opening).rejects.toThrow(message);
  });
});

it('an archive among folders of pictures is refused, not passed over', async () => {
  const names = ['a/1.png', 'b/1.png'].map((name) => ({ name, blob: new Blob([]) }));
  const files = [...names, { name: 'more.tar', blob: new Blob([]) }];
  await expect(openImageFolder('pets', new Map([['train', files]]))).rejects.toThrow(
    'pets: more.tar is an archive, and pictures in it would be left out. Unpack it here',
  );
});

describe('a folder of archives', () => {
  const request = {
    name: 'numbers',
    format: undefined,
    configuration: undefined,
    dataFiles: undefined,
    splits: [{ split: 'test', rows: (total: number) => ({ from: 0, to: total }) }],
  };
  const names = ['test/0.tar', 'test/1.tar', 'train/0.tar', 'classnames.txt'];
  const files = async () =>
    Promise.all(names.map(async (name) => ({ name, blob: (await file(`numbers/${name}`)).blob })));

  it.each([undefined, 'webdataset' as const])(
    'as %s has its splits and class names',
    async (format) => {
      const { classnames, rows } = await openDataset(await files(), { ...request, format });
      expect(classnames).toEqual(['zero', 'one', 'two']);
      expect(rows.map(({ name }) => name)).toEqual([
        'test/0.tar/s0000010.jpg',
        'test/0.tar/s0000011.jpg',
        'test/0.tar/s0000012.jpg',
        'test/1.tar/s0000020.jpg',
        'test/1.tar/s0000021.jpg',
      ]);
    },
  );
});
