import { readFileSync } from 'node:fs';
import { parquetMetadataAsync } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { checkMetadata, checkPages } from './parquet-pages';

const FILE = new URL('../../../reference/fixtures/parquet/codecs/none.parquet', import.meta.url);

async function opened() {
  const bytes = new Uint8Array(readFileSync(FILE));
  const blob = new Blob([bytes]);
  const metadata = await parquetMetadataAsync({
    byteLength: bytes.length,
    slice: (start, end) => blob.slice(start, end).arrayBuffer(),
  });
  const chunk = metadata.row_groups[0]?.columns.at(-1)?.meta_data;
  if (!chunk) throw new Error('there is no column');
  return { bytes, metadata, chunk };
}

const check = (
  bytes: Uint8Array<ArrayBuffer>,
  metadata: Awaited<ReturnType<typeof opened>>['metadata'],
) => checkPages(new Blob([bytes]), metadata, 0, ['image', 'label']);

describe('what cannot be true of a Parquet file', () => {
  it('a good one has none of', async () => {
    const { bytes, metadata } = await opened();
    checkMetadata(metadata);
    await check(bytes, metadata);
  });

  // A header begins with its type, its size unpacked and its size packed, each a byte before its number.
  it.each([
    ['a negative size', 5, 0x0d, 'a page of column label has -7 bytes'],
    ['a size beyond its column', 5, 0x7e, 'a page of column label has'],
    ['a negative size when unpacked', 3, 0x0d, 'unpacked -7'],
  ])('%s', async (_, offset, value, message) => {
    const { bytes, metadata, chunk } = await opened();
    bytes[Number(chunk.dictionary_page_offset ?? chunk.data_page_offset) + offset] = value;
    await expect(check(bytes, metadata)).rejects.toThrow(message);
  });

  it('more values in its pages than in the column', async () => {
    const { bytes, metadata, chunk } = await opened();
    chunk.num_values = 3n;
    await expect(check(bytes, metadata)).rejects.toThrow(
      'a page of column label has 5 values of 3',
    );
  });

  it('a column beyond its end', async () => {
    const { bytes, metadata, chunk } = await opened();
    chunk.total_compressed_size = 2n ** 40n;
    await expect(check(bytes, metadata)).rejects.toThrow('column label lies at bytes');
  });

  it('absurd numbers of rows, and columns that are not in its schema', async () => {
    const { metadata } = await opened();
    const [group] = metadata.row_groups;
    if (!group) throw new Error('there is no row group');
    expect(() => checkMetadata({ ...metadata, num_rows: 2n ** 60n })).toThrow(
      'its row groups have 5 rows',
    );
    const absurd = { ...group, num_rows: 2n ** 60n };
    expect(() => checkMetadata({ ...metadata, num_rows: 2n ** 60n, row_groups: [absurd] })).toThrow(
      'its row groups have 1152921504606847000 rows',
    );
    expect(() => checkMetadata({ ...metadata, row_groups: [{ ...group, num_rows: -5n }] })).toThrow(
      'a row group has -5 rows',
    );
    const twice = { ...group, columns: [...group.columns, ...group.columns] };
    expect(() => checkMetadata({ ...metadata, row_groups: [twice] })).toThrow('has other columns');
  });
});
