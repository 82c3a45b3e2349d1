import { describe, expect, it } from 'vitest';
import { parseSplit } from '../../config/program/split';
import type { DatasetSource } from '../../config/program/types';
import { datasetHubFiles } from './dataset-files';

/** The files that are read of a repository that has these; the card is the only text. */
async function chosen(
  paths: readonly string[],
  source: Partial<DatasetSource> & { readonly split: DatasetSource['split'] },
  card = '',
) {
  const files = paths.map((path) => ({ path, size: 1, sha256: null, blob: path }));
  const read = async () => card;
  return (await datasetHubFiles(files, { path: 'org/d', ...source }, read)).map(({ path }) => path);
}

const split = (text: string) => ({ split: parseSplit(text) });

const SHARDS = [
  'README.md',
  'data/test-00000-of-00002.parquet',
  'data/test-00001-of-00002.parquet',
  'data/train-00000-of-00001.parquet',
];

describe('of a data set’s repository', () => {
  it('the Parquet files of the splits that are asked for are read, and the card', async () => {
    expect(await chosen(SHARDS, split('test[:10%]'))).toEqual(SHARDS.slice(0, 3));
    expect(await chosen(SHARDS, split('train+test'))).toEqual(SHARDS);
    await expect(chosen(SHARDS, split('validation'))).rejects.toThrow(
      'org/d has no split validation; it has train, test.',
    );
  });

  it('the card says which files are which', async () => {
    const card = `---
configs:
- config_name: digits
  data_files:
  - split: train
    path: digits/a.parquet
  - split: test
    path: digits/b.parquet
- config_name: other
  data_files: other/*.parquet
---`;
    const paths = ['README.md', 'digits/a.parquet', 'digits/b.parquet', 'other/c.parquet'];
    expect(await chosen(paths, { name: 'digits', ...split('test') }, card)).toEqual([
      'README.md',
      'digits/b.parquet',
    ]);
    expect(await chosen(paths, { name: 'other', ...split('train') }, card)).toEqual([
      'README.md',
      'other/c.parquet',
    ]);
    await expect(chosen(paths, split('test'), card)).rejects.toThrow('several configurations');
  });

  it('archives bring the list of their classes', async () => {
    const paths = ['classnames.txt', 'test/0.tar', 'train/0.tar'];
    expect(await chosen(paths, split('test'))).toEqual(['classnames.txt', 'test/0.tar']);
  });

  it('folders of pictures are read whole, for their classes are those of all splits', async () => {
    const paths = ['test/cat/1.png', 'train/dog/1.png', 'notes.txt'];
    expect(await chosen(paths, split('test'))).toEqual(paths.slice(0, 2));
  });

  it('a folder inside, and files that are named, count from where they are', async () => {
    const paths = ['a/data/test-00000-of-00001.parquet', 'b/x.parquet', 'b/y.parquet'];
    expect(await chosen(paths, { dataDir: 'a', ...split('test') })).toEqual(paths.slice(0, 1));
    const dataFiles = new Map([
      ['train', ['b/x.parquet']],
      ['test', ['b/y.*']],
    ]);
    expect(await chosen(paths, { dataFiles, ...split('test') })).toEqual(paths.slice(1));
    expect(await chosen(paths, { dataFiles: ['b/x.parquet'], ...split('train') })).toEqual([
      'b/x.parquet',
    ]);
  });
});
