import type { RefObject } from 'react';
import { useMeasured } from '../ui/use-measured';

/**
 * How many columns of a table its style sheet shows: a cell across more of them would bring those that it hides back, empty, and
 * take their width from the others.
 *
 * @param columns in all
 */
export function useShownColumns(
  table: RefObject<HTMLTableElement | null>,
  columns: number,
): number {
  return useMeasured(table, columns, shownColumns);
}

function shownColumns(table: HTMLTableElement): number {
  const cells = [...(table.tHead?.rows[0]?.cells ?? [])];
  return cells.filter((cell) => getComputedStyle(cell).display !== 'none').length;
}
