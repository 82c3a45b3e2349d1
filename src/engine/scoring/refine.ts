/**
 * What is scored when nobody waits for anything: the values that were looked at and left before all of their pictures were
 * counted, and those that are worth a look, nearest to the present one first. Pure.
 */
import type { ScoreBook } from './book';
import type { EngineKind } from './keys';
import { type Demand, isThere, leastFar, mergedColumn, type Unit } from './plan';

/** Of all that a drag has passed, those around where it ended: further away the curve's shape is known well enough. */
export const REFINED_VALUES = 16;

/** Of each task: an average of eight tasks is then known to about 1.5 points, and large sets do not keep a fan going for hours. */
export const REFINED_PICTURES = 512;

/**
 * The next unit to score a batch of, or null when there is nothing to refine.
 *
 * @param ahead - values that are worth a look, whether anybody looked at them or not
 */
export function nextRefinement(
  { inputs, scalingFactor, only }: Demand,
  engine: EngineKind,
  book: ScoreBook,
  ahead: readonly number[] = [],
): Unit | null {
  // A search has another value coming.
  if (only || inputs.experts.length === 0 || inputs.method.method.kind !== 'task vector')
    return null;
  const values = new Set([...book.visited(engine, inputs), ...ahead]);
  for (const value of nearestFirst([...values], scalingFactor)) {
    const column = mergedColumn(inputs, engine, value);
    const isLookedAt = column.some((unit) => (book.find(unit)?.scored ?? 0) > 0);
    // Passed so fast that nothing of it was counted: it was not looked at.
    if (!isLookedAt && !ahead.includes(value)) continue;
    const open = column.filter((unit) => !isThere(unit.task, book.find(unit), REFINED_PICTURES));
    if (open.length > 0) return leastFar(open, book.find);
  }
  return null;
}

/** Of two that are as near, the lower one first. */
function nearestFirst(values: readonly number[], present: number): number[] {
  return values
    .filter((value) => value !== present)
    .toSorted((a, b) => Math.abs(a - present) - Math.abs(b - present))
    .slice(0, REFINED_VALUES);
}
