import { openAsBlob, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../errors';
import { openParquetRows } from './parquet-rows';

const FOLDER = new URL('../../../reference/fixtures/parquet/', import.meta.url);
const { unlabelled }: { unlabelled: { classnames: string[]; labels: number[] } } = JSON.parse(
  readFileSync(new URL('expected.json', FOLDER), 'utf8'),
);

const file = async (name: string) => ({ name, blob: await openAsBlob(new URL(name, FOLDER)) });

it('leaves out rows whose label is -1 or missing, counts them, and gives the others their own pictures', async () => {
  const opened = await openParquetRows([await file('unlabelled.parquet')], () => undefined);
  expect(opened.classnames).toEqual(unlabelled.classnames);
  expect(opened.rows.map(({ name, label }) => [name, label])).toEqual([
    ['unlabelled.parquet/0', 1],
    ['unlabelled.parquet/2', 0],
    ['unlabelled.parquet/4', 2],
  ]);
  expect(opened.rows.map(({ label }) => label)).toEqual(unlabelled.labels);
  expect(opened.notes).toEqual(['unlabelled.parquet: 3 rows without a label']);
});

it('says nothing of rows without a label where there are none', async () => {
  const opened = await openParquetRows([await file('numbered.parquet')], () => undefined);
  expect(opened.rows).toHaveLength(5);
  expect(opened.notes).toEqual([]);
});

describe('pictures that are paths', () => {
  const none = () => undefined;

  it('are looked for before anything is scored, and read when they are asked for', async () => {
    const asked: string[][] = [];
    const opened = await openParquetRows(
      [await file('paths-gone.parquet')],
      none,
      async (...at) => {
        asked.push(at);
        return new Blob([at[0]]);
      },
    );
    const paths = [0, 1, 2, 3].map((n) => [`pictures/${n}.png`, 'paths-gone.parquet']);
    expect(asked).toEqual(paths);
    expect(await (await opened.rows[2]?.read())?.text()).toBe('pictures/2.png');
    expect(asked).toEqual([...paths, paths[2]]);
  });

  it.each([
    ['paths-gone.parquet', 'pictures/3.png'],
    ['paths/texts.parquet', './pictures/3.png'],
  ])('%s: the one that is missing is named', async (name, missing) => {
    const opening = openParquetRows([await file(name)], none, async (path) =>
      path === missing ? undefined : new Blob([]),
    );
    await expect(opening).rejects.toThrow(FormatError);
    await expect(opening).rejects.toThrow(
      `${name}: Its pictures are paths, not bytes, and there is no ${missing} here. Add it together`,
    );
  });

  it('are not looked for where the file has the bytes', async () => {
    const opened = await openParquetRows([await file('numbered.parquet')], none, () => {
      throw new Error('nobody is asked');
    });
    expect((await opened.rows[1]?.read())?.size).toBeGreaterThan(60);
  });
});
