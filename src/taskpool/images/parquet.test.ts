import { createHash } from 'node:crypto';
import { mkdtempSync, openAsBlob, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ByteSource } from '../../checkpoint/byte-source';
import { fileSource } from '../../checkpoint/file-source-node';
import { damaged } from '../../checkpoint/testing/fuzz';
import type { NamedBlob } from '../../checkpoint/types';
import { FormatError } from '../../errors';
import { openParquetRows } from '../sources/parquet-rows';
import { readImageSet } from './read-image-set';

const FOLDER = new URL('../../../reference/fixtures/parquet/', import.meta.url);

interface Expectation {
  files: string[];
  classnames: string[];
  labels: number[];
  pictures: string[];
}

const expected = JSON.parse(readFileSync(new URL('expected.json', FOLDER), 'utf8')) as Record<
  'digits' | 'pets' | 'numbered' | 'unlabelled' | 'codecs' | 'paths',
  Expectation
>;

async function drop(...paths: string[]): Promise<NamedBlob<Blob>[]> {
  return Promise.all(
    paths.map(async (name) => ({ name, blob: await openAsBlob(new URL(name, FOLDER)) })),
  );
}

async function sha256(blob: ByteSource): Promise<string> {
  return createHash('sha256')
    .update(new Uint8Array(await blob.arrayBuffer()))
    .digest('hex');
}

describe('a data set in Parquet files is a task', () => {
  it.each(['digits', 'pets', 'numbered', 'unlabelled'] as const)('%s', async (name) => {
    const { files, classnames, labels, pictures } = expected[name];
    // In no order at all, as a browser may list them.
    const { tasks } = await readImageSet(await drop(...files.toReversed()));
    expect(tasks).toHaveLength(1);
    expect(tasks[0]).toMatchObject({ name, classnames, templates: ['a photo of a {}'] });
    expect(tasks[0]?.images.map(({ label }) => label)).toEqual(labels);
    expect(await Promise.all((tasks[0]?.images ?? []).map(({ blob }) => sha256(blob)))).toEqual(
      pictures,
    );
    const names = tasks[0]?.images.map((image) => image.name) ?? [];
    expect(new Set(names).size).toBe(pictures.length);
  });

  it('of its test split, saying so', async () => {
    const { skipped } = await readImageSet(await drop(...expected.digits.files));
    expect(skipped).toEqual([
      {
        name: 'digits/data/train-00000-of-00001.parquet',
        reason: 'the split "test" of digits is taken',
      },
    ]);
  });

  it('of the rows that have a label: -1 is none, and the rows are counted', async () => {
    const { tasks, skipped } = await readImageSet(await drop('unlabelled.parquet'));
    expect(tasks[0]?.images.map(({ name }) => name)).toEqual([
      'unlabelled.parquet/0',
      'unlabelled.parquet/2',
      'unlabelled.parquet/4',
    ]);
    expect(skipped).toEqual([
      { name: 'unlabelled.parquet', reason: '3 rows without a picture or a label' },
    ]);
  });

  it('of the split there is', async () => {
    const { tasks } = await readImageSet(await drop('digits/data/train-00000-of-00001.parquet'));
    expect(tasks.map(({ name, images }) => [name, images.length])).toEqual([['digits', 5]]);
  });

  it('named by its repository where folders stand for splits', async () => {
    const [{ blob }] = (await drop('numbered.parquet')) as [NamedBlob<Blob>];
    const names = ['birds/default/train/0000.parquet', 'birds/default/test/0000.parquet'];
    const { tasks, skipped } = await readImageSet(names.map((name) => ({ name, blob })));
    expect(tasks.map(({ name, images }) => [name, images[0]?.name])).toEqual([
      ['birds', 'birds/default/test/0000.parquet/0'],
    ]);
    expect(skipped.map(({ name }) => name)).toEqual(['birds/default/train/0000.parquet']);
  });

  it('whose class names a tasks.json overrides', async () => {
    const content = (classnames: string[]) =>
      new Blob([JSON.stringify({ digits: { classnames, templates: ['the digit {}'] } })]);
    const files = await drop(...expected.digits.files);
    const classnames = ['0', '1', '2'];
    const { tasks } = await readImageSet([
      { name: 'digits/tasks.json', blob: content(classnames) },
      ...files,
    ]);
    expect(tasks[0]).toMatchObject({ classnames, templates: ['the digit {}'] });
    const wrong = readImageSet([{ name: 'tasks.json', blob: content(['0']) }, ...files]);
    await expect(wrong).rejects.toThrow(
      /^tasks\.json: digits\.classnames has 1 names, but digits has 3 classes/,
    );
  });
});

describe('compressed with', () => {
  const { files, ...expectation } = expected.codecs;

  it.each(files)('%s', async (file) => {
    const { tasks } = await readImageSet(await drop(file));
    expect(tasks.map(({ classnames }) => classnames)).toEqual([expectation.classnames]);
    expect(tasks[0]?.images.map(({ label }) => label)).toEqual(expectation.labels);
    expect(await Promise.all((tasks[0]?.images ?? []).map(({ blob }) => sha256(blob)))).toEqual(
      expectation.pictures,
    );
    const blob = await fileSource(new URL(file, FOLDER));
    const { rows } = await openParquetRows([{ name: file, blob }], () => undefined);
    expect(await Promise.all(rows.map(async ({ read }) => sha256(await read())))).toEqual(
      expectation.pictures,
    );
  });
});

describe('pictures that are paths', () => {
  const { files, classnames, labels, pictures } = expected.paths;

  it.each([
    ['as datasets writes them', 'test.parquet', classnames],
    ['as texts', 'texts.parquet', ['0', '1']],
  ])('%s, are those beside the file', async (_, file, names) => {
    const parquet = `paths/${file}`;
    const { tasks, skipped } = await readImageSet(await drop(parquet, ...files.slice(1)));
    expect(tasks.map((task) => [task.name, task.classnames])).toEqual([['paths', names]]);
    expect(tasks[0]?.images.map(({ label }) => label)).toEqual(labels);
    expect(await Promise.all((tasks[0]?.images ?? []).map(({ blob }) => sha256(blob)))).toEqual(
      pictures,
    );
    expect(skipped).toEqual([]);
  });

  it('are no task of their own where the file names them, wherever they lie in what was dropped', async () => {
    const dropped = await drop('paths/test.parquet', ...files.slice(1));
    const [parquet, ...rest] = dropped.map(({ name, blob }) => ({
      name: name.replace(/^paths\//, 'pets/').replace('pictures', 'x/../pictures'),
      blob,
    }));
    const { tasks } = await readImageSet([
      { name: 'pets/data/test.parquet', blob: parquet?.blob ?? new Blob() },
      ...rest.map(({ name, blob }) => ({ name: name.replace('x/../', ''), blob })),
      { name: 'pets/others/1.png', blob: rest[0]?.blob ?? new Blob() },
    ]);
    expect(tasks.map(({ name, images }) => [name, images.length])).toEqual([['pets', 4]]);
  });
});

describe('what is refused', () => {
  it.each([
    [
      'paths-gone.parquet',
      /^Its pictures are paths, not bytes, and there is no pictures\/0\.png here\./,
    ],
    ['no-pictures.parquet', /No column of pictures was found among text, label/],
    ['no-labels.parquet', /No column of labels was found among image\. Name them/],
  ])('%s', async (name, reason) => {
    const error = await readImageSet(await drop(name)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as FormatError).file).toBe(name);
    expect((error as FormatError).reason).toMatch(reason);
  });

  it('a damaged file, the good one beside it being kept', async () => {
    const pets = readFileSync(new URL('pets.parquet', FOLDER));
    const files = [
      ...(await drop('numbered.parquet')),
      { name: 'cut.parquet', blob: new Blob([pets.subarray(0, 900)]) },
    ];
    const { tasks, skipped } = await readImageSet(files);
    expect(tasks.map(({ name }) => name)).toEqual(['numbered']);
    expect(skipped).toEqual([
      { name: 'cut.parquet', reason: expect.stringMatching(/is damaged .* Download it again/) },
    ]);
  });
});

describe('a damaged file on disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parquet-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Changes a number of the footer that has this many bytes of its own encoding (zigzag, seven bits each). */
  async function openPatched(find: readonly number[], replace: readonly number[]) {
    const bytes = Buffer.from(readFileSync(new URL('codecs/none.parquet', FOLDER)));
    const at = bytes.lastIndexOf(Buffer.from(find));
    expect(at).toBeGreaterThan(0);
    Buffer.from(replace).copy(bytes, at);
    const path = join(folder, 'x.parquet');
    writeFileSync(path, bytes);
    const opening = openParquetRows(
      [{ name: 'x.parquet', blob: await fileSource(path) }],
      () => undefined,
    );
    return opening.then(({ rows }) => Promise.all(rows.map(({ read }) => read())));
  }

  it.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'opens or is refused, and the process lives (%d)',
    async (seed) => {
      const good = new Uint8Array(readFileSync(new URL('codecs/zstd.parquet', FOLDER)));
      const path = join(folder, `${seed}.parquet`);
      writeFileSync(path, damaged([good], seed, 'end'));
      const blob = await fileSource(path);
      try {
        const { rows } = await openParquetRows([{ name: 'x.parquet', blob }], () => undefined);
        for (const { read } of rows) await read();
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    },
  );

  it('is refused where its rows are not as many as it says', async () => {
    // num_rows of the file, and of its only row group, are 5: field 3 of each, zigzag 10.
    await expect(openPatched([0x16, 10, 0x19], [0x16, 12, 0x19])).rejects.toThrow(
      'x.parquet: The Parquet file is damaged (its row groups have 5 rows, the file 6). Download it again;',
    );
  });
});
