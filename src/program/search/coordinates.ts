/**
 * The weights of several experts at which a loss is least, one weight after the other: each is moved by a stride up and down while
 * that helps; when none helps, the stride is halved. A pattern search (Hooke and Jeeves, J. ACM 8 (1961) 212-229) that never leaves
 * a value for a worse one, so that it can be stopped at any time with what it has.
 */
import { createEvaluations } from './evaluations';
import type { Found } from './golden-section';

export interface CoordinateSearch {
  /** Where it begins. */
  readonly start: readonly number[];
  readonly stride: number;
  /** The smallest stride; weights stay multiples of it away from where they began. */
  readonly smallest: number;
  readonly min: number;
  readonly max: number;
  /** Values in all, the start included. */
  readonly evaluations: number;
}

/**
 * @throws RangeError where the search cannot be, and whatever `evaluate` throws: the way to stop it
 */
export async function searchCoordinates(
  { start, stride, smallest, min, max, evaluations }: CoordinateSearch,
  evaluate: (weights: readonly number[]) => Promise<number>,
): Promise<Found<readonly number[]>> {
  if (start.length === 0 || !(smallest > 0 && stride >= smallest && min < max) || evaluations < 1) {
    throw new RangeError(
      'A search needs weights to begin with, a stride, bounds and a number of values.',
    );
  }
  const seen = createEvaluations<readonly number[]>((weights) => weights.join(' '), evaluate);
  let here = start;
  let hereLoss = await seen.lossOf(here);
  const left = () => seen.all.length < evaluations;
  /** Whether the weight at `place` could be changed for the better. */
  const improve = async (place: number, by: number): Promise<boolean> => {
    for (const move of [by, -by]) {
      let moved = false;
      for (let next = shifted(here, place, move, min, max); next && left(); ) {
        const loss = await seen.lossOf(next);
        if (loss >= hereLoss) break;
        [here, hereLoss, moved] = [next, loss, true];
        next = shifted(here, place, move, min, max);
      }
      if (moved) return true;
    }
    return false;
  };
  for (let by = stride; by >= smallest && left(); ) {
    let improved = false;
    for (let place = 0; place < start.length && left(); place++) {
      if (await improve(place, by)) improved = true;
    }
    if (!improved) by /= 2;
  }
  return { best: seen.best ?? { value: here, loss: hereLoss }, all: seen.all };
}

/** One weight changed, or null where it would leave its bounds. */
function shifted(
  weights: readonly number[],
  place: number,
  by: number,
  min: number,
  max: number,
): readonly number[] | null {
  const changed = Number(((weights[place] ?? 0) + by).toPrecision(12));
  if (changed < min || changed > max) return null;
  return weights.map((weight, i) => (i === place ? changed : weight));
}
