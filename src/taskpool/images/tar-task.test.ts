import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { NamedBlob } from '../../checkpoint/types';
import { readImageSet } from './read-image-set';
import { outline } from './test-support';

const FOLDER = new URL('../../../reference/fixtures/webdataset/', import.meta.url);

type Answer = { rows?: { path: string; picture: string; label: number | null }[] };
const { sets }: { sets: Record<string, Answer> } = JSON.parse(
  readFileSync(new URL('expected.json', FOLDER), 'utf8'),
);

const blobOf = (path: string) => new Blob([readFileSync(new URL(path, FOLDER))]);
const drop = (...names: string[]): NamedBlob<Blob>[] =>
  names.map((name) => ({ name, blob: blobOf(name) }));
const allOf = (set: string) =>
  drop(
    ...readdirSync(new URL(set, FOLDER), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:tar|txt)$/.test(name))
      .map((name) => `${set}/${name}`),
  );
const sha256 = async (blob: Pick<Blob, 'arrayBuffer'>) =>
  createHash('sha256')
    .update(new Uint8Array(await blob.arrayBuffer()))
    .digest('hex');

describe('a WebDataset is a task', () => {
  it('of its test split, with the class names that lie beside it, pictures and labels as datasets reads them', async () => {
    const { tasks, skipped } = await readImageSet(allOf('numbers').toReversed());
    const rows = sets.numbers?.rows ?? [];
    expect(tasks.map(({ name, classnames }) => [name, classnames])).toEqual([
      ['numbers', ['zero', 'one', 'two']],
    ]);
    expect(tasks[0]?.images.map(({ label }) => label)).toEqual(rows.map(({ label }) => label));
    expect(await Promise.all((tasks[0]?.images ?? []).map(({ blob }) => sha256(blob)))).toEqual(
      rows.map(({ picture }) => picture),
    );
    expect(skipped).toEqual([
      { name: 'numbers/train/0.tar', reason: 'the split "test" of numbers is taken' },
    ]);
  });

  it('whose classes are numbers where nobody names them', async () => {
    const [archive] = drop('numbers/test/0.tar');
    const { tasks } = await readImageSet([
      { name: 'birds.tar', blob: archive?.blob ?? new Blob() },
    ]);
    expect(outline({ tasks, skipped: [], remarks: [] })).toEqual([
      {
        name: 'birds',
        classnames: ['0', '1', '2'],
        images: [
          '2 birds.tar/s0000010.jpg',
          '1 birds.tar/s0000011.jpg',
          '0 birds.tar/s0000012.jpg',
        ],
      },
    ]);
  });

  it('less its samples without a label', async () => {
    const { tasks, skipped } = await readImageSet(allOf('late'));
    expect(tasks[0]?.images).toHaveLength(6);
    expect(skipped).toEqual([
      { name: 'late/test.tar', reason: '1 samples without a picture or a label' },
    ]);
  });

  it.each(['repeated', 'uneven', 'words'])('unless it is %s', async (set) => {
    await expect(readImageSet(allOf(set))).rejects.toThrow(`${set}/test.tar`);
  });
});

describe('a tar archive that somebody made of a folder', () => {
  it.each(['ustar.tar', 'gnu.tar', 'pax.tar', 'ustar.tar.gz'])('%s is a folder', async (name) => {
    const tar = { name, blob: blobOf(`archives/${name}`) };
    const alone = readImageSet([tar]);
    await expect(alone).rejects.toThrow(
      `${name}: There is one class folder only, "cat"; a task needs at least two.`,
    );
  });
});

describe('the name of a set whose files are called by their split', () => {
  const rename = async (...names: string[]) => {
    const parquet = readFileSync(new URL('../parquet/numbered.parquet', FOLDER));
    const blob = (name: string) =>
      name.endsWith('.tar') ? blobOf('numbers/test/0.tar') : new Blob([parquet]);
    const { tasks } = await readImageSet(names.map((name) => ({ name, blob: blob(name) })));
    return tasks.map(({ name, images }) => `${name} ${images.length}`);
  };

  it.each<[string[], string[]]>([
    [['test-00000-of-00002.parquet', 'test-00001-of-00002.parquet'], ['images 10']],
    [['test-0000.parquet', 'test-0001.parquet'], ['images 10']],
    [['test.parquet'], ['images 5']],
    [['pets.parquet'], ['pets 5']],
    [['pets-2024.parquet'], ['pets-2024 5']],
    [['pets/test-0000.parquet'], ['pets 5']],
    [['pets/data/test-00000-of-00001.parquet'], ['pets 5']],
    [['pets/test/0000.parquet', 'pets/train/0000.parquet'], ['pets 5']],
    [['test/0000.parquet'], ['images 5']],
    [['0.tar', '1.tar'], ['images 6']],
    [['imagenet-val-000000.tar', 'imagenet-val-000001.tar'], ['imagenet 6']],
    [
      ['birds-000000.tar', 'birds-000001.tar', 'pets.parquet'],
      ['birds 6', 'pets 5'],
    ],
    [['pets-test-00000-of-00001.parquet', 'pets-train-00000-of-00001.parquet'], ['pets 5']],
  ])('%j: %j', async (files, expected) => {
    expect(await rename(...files)).toEqual(expected);
  });
});
