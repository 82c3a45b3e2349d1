/** Single rows of a large table, so that the table itself is never held. */
import { decodeFloat32 } from '../checkpoint/dtype';
import type { TensorSource } from '../checkpoint/types';
import { letGo } from '../let-go';
import { readBytes } from './layout/derived';

/** Rows fetched by one read: 3 MB of L/14's token table. Fewer, larger reads are what Blobs are good at. */
const ROWS_PER_READ = 1024;

/** Reads the wanted rows of a matrix as float32; rows outside it are a programming error. */
export async function readRows(
  table: TensorSource,
  wanted: Iterable<number>,
): Promise<Map<number, Float32Array>> {
  const [rows = 0] = table.shape;
  const rowBytes = table.byteLength / rows;
  const whole = table.readRange === undefined ? await table.read() : undefined;
  const found = new Map<number, Float32Array>();
  for (const group of windows([...new Set(wanted)].sort((a, b) => a - b))) {
    const [first = 0] = group;
    const end = (group.at(-1) ?? 0) + 1;
    if (first < 0 || end > rows) throw new RangeError(`${table.name} has ${rows} rows only.`);
    const bytes =
      whole?.slice(first * rowBytes, end * rowBytes) ??
      (await readBytes(table, first * rowBytes, end * rowBytes));
    for (const row of group) {
      const start = (row - first) * rowBytes;
      // A copy, so that a row does not keep its whole window alive.
      found.set(row, decodeFloat32(bytes.slice(start, start + rowBytes), table.dtype));
    }
    letGo(bytes.buffer);
  }
  return found;
}

/** Cuts ascending row numbers into groups that one read covers. */
function windows(rows: readonly number[]): number[][] {
  const groups: number[][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last !== undefined && row - (last[0] ?? 0) < ROWS_PER_READ) last.push(row);
    else groups.push([row]);
  }
  return groups;
}
