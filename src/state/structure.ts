/**
 * `next`, with every part that equals its part in `previous` replaced by the very object of `previous`. Snapshots cross
 * the thread boundary as copies; with this a panel is drawn again only when what it shows has changed.
 * For plain data: arrays, plain objects and primitives. Neither argument is changed.
 */
export function shareStructure<T>(previous: unknown, next: T): T;
export function shareStructure(previous: unknown, next: unknown): unknown {
  if (Object.is(previous, next)) return previous;
  if (Array.isArray(previous) && Array.isArray(next)) {
    const shared = next.map((item, index) => shareStructure(previous[index], item));
    const same =
      shared.length === previous.length && shared.every((item, i) => Object.is(item, previous[i]));
    return same ? previous : shared;
  }
  if (isRecord(previous) && isRecord(next)) {
    const keys = Object.keys(next);
    const shared: Record<string, unknown> = {};
    let same = keys.length === Object.keys(previous).length;
    for (const key of keys) {
      shared[key] = shareStructure(previous[key], next[key]);
      same &&= key in previous && Object.is(shared[key], previous[key]);
    }
    return same ? previous : shared;
  }
  return next;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
