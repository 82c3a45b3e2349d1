import { type RefObject, useLayoutEffect, useState } from 'react';

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
  const [shown, setShown] = useState(columns);
  useLayoutEffect(() => {
    const { current } = table;
    if (current === null) return;
    const count = () => {
      const cells = [...(current.tHead?.rows[0]?.cells ?? [])];
      setShown(cells.filter((cell) => getComputedStyle(cell).display !== 'none').length);
    };
    count();
    if (typeof ResizeObserver === 'undefined') return;
    const observer = new ResizeObserver(count);
    observer.observe(current);
    return () => observer.disconnect();
  }, [table]);
  return shown;
}
