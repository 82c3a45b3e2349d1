/** Every encoding that pyarrow writes is read as pyarrow reads it. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openParquet, type ParquetRow } from './parquet-file';

const FOLDER = new URL('../../../reference/fixtures/parquet/encodings/', import.meta.url);

interface Expectation {
  labels: (number | string | boolean | null)[];
  pictures: (string | null)[];
}
const expected: Record<string, Expectation> = JSON.parse(
  readFileSync(new URL('expected.json', FOLDER), 'utf8'),
);

const labelOf = (label: Expectation['labels'][number]) =>
  typeof label === 'boolean' ? Number(label) : (label ?? undefined);
const hexOf = ({ picture }: ParquetRow) =>
  picture instanceof Uint8Array ? Buffer.from(picture).toString('hex') : null;

it.each(Object.keys(expected).flatMap((name) => [`${name}-1`, `${name}-2`]))('%s', async (name) => {
  const { labels, pictures } = expected[name.slice(0, -2)] ?? { labels: [], pictures: [] };
  const blob = new Blob([readFileSync(new URL(`${name}.parquet`, FOLDER))]);
  const file = await openParquet({ name, blob });
  expect(await file.labels()).toEqual(labels.map(labelOf));
  const rows: ParquetRow[] = [];
  for await (const group of file.rows()) rows.push(...group);
  expect(rows.map(({ label }) => label)).toEqual(labels.map(labelOf));
  expect(rows.map(hexOf)).toEqual(pictures);
});
