import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSplit } from '../config/program/split';
import type { DatasetSource } from '../config/program/types';
import { findDatasetFiles } from './dataset-files-node';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'studio-data-'));
  for (const path of [
    'birds/robin/1.png',
    'birds/wren/2.png',
    'birds/tasks.json',
    'tasks.json',
    'shards/test-0.parquet',
    'shards/deep/test-1.parquet',
    'notes.txt',
  ]) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), '{}');
  }
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function find(source: Partial<DatasetSource> & Pick<DatasetSource, 'path'>) {
  const found = await findDatasetFiles(
    { split: parseSplit('train'), ...source },
    { cwd: home, env: { HF_HUB_CACHE: join(home, 'hub') } },
  );
  const short = (path: string) => path.replace(home, '~');
  return {
    format: found.format,
    folder: short(found.folder),
    files: found.files.map(({ name }) => short(name)),
    patterns: found.patterns && [...found.patterns].map(([split, l]) => [split, l.map(short)]),
    prompts: found.promptFiles.map(({ name }) => short(name)),
  };
}

const refusal = (source: Parameters<typeof find>[0]) =>
  find(source).then(
    () => 'found',
    ({ message }: Error) => message.replaceAll(home, '~'),
  );

describe('the files of a data set', () => {
  it('are those of data_dir, with the tasks.json in it and beside it', async () => {
    expect(await find({ path: 'imagefolder', dataDir: 'birds' })).toEqual({
      format: 'imagefolder',
      folder: '~/birds',
      files: ['robin/1.png', 'tasks.json', 'wren/2.png'],
      patterns: undefined,
      prompts: ['~/birds/tasks.json', '~/tasks.json'],
    });
  });

  it('are those of a folder, whose files tell what they are', async () => {
    const { format, files } = await find({ path: 'shards' });
    expect([format, files]).toEqual([undefined, ['deep/test-1.parquet', 'test-0.parquet']]);
  });

  it('are those that patterns can mean, and no more are looked at', async () => {
    const found = await find({ path: 'parquet', dataFiles: ['shards/*.parquet'] });
    expect(found.files).toEqual(['~/shards/test-0.parquet']);
    expect(found.patterns).toEqual([['train', ['~/shards/*.parquet']]]);
    const deep = new Map([['test', ['shards/**/*.parquet', 'notes.txt']]]);
    expect((await find({ path: 'parquet', dataFiles: deep })).files).toEqual([
      '~/shards/deep/test-1.parquet',
      '~/shards/test-0.parquet',
      '~/notes.txt',
    ]);
  });

  it('that are not there, or cannot be read, are refused', async () => {
    expect(await refusal({ path: 'imagefolder', dataDir: 'fish' })).toMatchInlineSnapshot(
      `"data_dir: fish: there is no folder ~/fish."`,
    );
    expect(await refusal({ path: 'imagefolder' })).toMatchInlineSnapshot(
      `"imagefolder needs data_dir, the folder of the data, or data_files."`,
    );
    expect(await refusal({ path: 'json', dataDir: 'birds' })).toMatchInlineSnapshot(
      `"json is not read here; imagefolder, parquet and webdataset are."`,
    );
    expect(await refusal({ path: 'shards', dataDir: '/etc' })).toMatchInlineSnapshot(
      `"data_dir: /etc has to lie inside shards, and to begin there."`,
    );
    expect(await refusal({ path: 'parquet', dataFiles: ['fish/*'] })).toMatchInlineSnapshot(
      `"data_files: ~/fish/*: there is no folder ~/fish."`,
    );
    expect(await refusal({ path: 'org/fish' })).toMatchInlineSnapshot(`
      "org/fish: this data set is not on this machine. Looked for
        the folder ~/org/fish
        the Hugging Face cache ~/hub/datasets--org--fish
      Nothing is downloaded by itself. To get it: hf download org/fish --repo-type dataset"
    `);
  });
});
