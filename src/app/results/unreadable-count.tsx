import { formatCount } from '../format';

/** How many pictures could not be read and are in no number of the row; nothing where all could. */
export function UnreadableCount({ count }: { readonly count: number }) {
  if (count === 0) return null;
  return <span className="unreadable-count">{formatCount(count)} unreadable</span>;
}
