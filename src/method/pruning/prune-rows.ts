/**
 * Magnitude pruning row by row.
 * Source: FusionBench's `method/pruning/prune_utils.py`, `unstructured_magnitude_prune_`: a stable sort of each row, whose
 * first `count` elements become zero. Of equal magnitudes those further left come first; NaN counts as infinite.
 */

/** Which end of a row is pruned: its smallest magnitudes or its largest. */
export type PruneType = 'minor' | 'major';

/** Sets `count` elements of every row to zero, in place. `values` are whole rows of `columns` elements. */
export function pruneRows(
  values: Float32Array<ArrayBuffer>,
  columns: number,
  count: number,
  type: PruneType,
): void {
  if (count <= 0 || columns === 0) return;
  const sorted = new Float32Array(columns);
  for (let begin = 0; begin < values.length; begin += columns) {
    const row = values.subarray(begin, begin + columns);
    if (count >= columns) row.fill(0);
    else pruneRow(row, sorted, count, type);
  }
}

/** `0 < count < row.length`; `sorted` is overwritten. */
function pruneRow(row: Float32Array, sorted: Float32Array, count: number, type: PruneType): void {
  for (let i = 0; i < row.length; i++) sorted[i] = metric(row[i] as number, type);
  sorted.sort();
  const limit = sorted[count - 1] as number;
  let tied = count;
  for (let i = 0; i < count && (sorted[i] as number) < limit; i++) tied--;
  for (let i = 0; i < row.length; i++) {
    const value = metric(row[i] as number, type);
    if (value < limit || (value === limit && tied-- > 0)) row[i] = 0;
  }
}

/** What a row is sorted by, ascending. */
function metric(value: number, type: PruneType): number {
  if (Number.isNaN(value)) return Number.POSITIVE_INFINITY;
  return type === 'minor' ? Math.abs(value) : -Math.abs(value);
}
