import { type RefObject, useLayoutEffect, useState } from 'react';
import { flushSync } from 'react-dom';

/**
 * What is measured of an element: before it is painted for the first time, and in the frame in which its size changes, so
 * that no frame shows what was drawn for another size.
 *
 * @param before what holds until then
 * @param measure must be the same function from one drawing to the next
 */
export function useMeasured<E extends Element, T>(
  element: RefObject<E | null>,
  before: T,
  measure: (element: E, last: T) => T,
): T {
  const [measured, setMeasured] = useState(before);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return;
    const look = () => setMeasured((last) => measure(current, last));
    look();
    if (typeof ResizeObserver === 'undefined') return;
    const observer = new ResizeObserver(() => flushSync(look));
    observer.observe(current);
    return () => observer.disconnect();
  }, [element, measure]);
  return measured;
}
