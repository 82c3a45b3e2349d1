import { openAsBlob, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
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
