import { expect, it } from 'vitest';
import { readRows } from './rows';
import { tensor } from './testing-checkpoints';

const ROWS = 5000;
const table = tensor(
  'table',
  [ROWS, 2],
  Array.from({ length: ROWS * 2 }, (_, i) => i),
);

it('gives the wanted rows, each once', async () => {
  const rows = await readRows(table, [4999, 0, 7, 7]);
  expect([...rows]).toEqual([
    [0, Float32Array.of(0, 1)],
    [7, Float32Array.of(14, 15)],
    [4999, Float32Array.of(9998, 9999)],
  ]);
});

it('reads neighbours together and nothing between the distant', async () => {
  const ranges: [number, number][] = [];
  const read: ArrayBuffer[] = [];
  const ranged = {
    ...table,
    read: () => Promise.reject(new Error('the whole table')),
    readRange: async (begin: number, end: number) => {
      ranges.push([begin, end]);
      const bytes = (await table.read()).slice(begin, end);
      read.push(bytes.buffer);
      return bytes;
    },
  };
  const rows = await readRows(ranged, [3, 900, 4500]);
  expect(ranges).toEqual([
    [3 * 8, 901 * 8],
    [4500 * 8, 4501 * 8],
  ]);
  expect(rows.get(900)).toEqual(Float32Array.of(1800, 1801));
  expect(read.map(({ byteLength }) => byteLength)).toEqual([0, 0]);
});

it('refuses rows that the table does not have', async () => {
  await expect(readRows(table, [1, ROWS])).rejects.toThrow('table has 5000 rows only.');
});
