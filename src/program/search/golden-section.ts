/**
 * The value of one number at which a loss is least: a coarse grid first, as a loss may have several valleys, then golden section
 * between the neighbours of the grid's best value.
 *
 * Source: Kiefer, "Sequential minimax search for a maximum", Proc. AMS 4 (1953) 502-506.
 */
import { createEvaluations, type Evaluation } from './evaluations';

export interface LineSearch {
  readonly min: number;
  readonly max: number;
  /** Values of the grid, both ends included: at least 3. */
  readonly grid: number;
  /** Values in all: at least those of the grid. */
  readonly evaluations: number;
  /** Values are rounded to multiples of this; a value that was looked at is not looked at again. */
  readonly step: number;
  /**
   * Where the grid's last value is its best, larger ones are looked at up to this, the distance doubling each time, for as long
   * as the loss falls. None where it is missing.
   */
  readonly reach?: number;
}

/** The best value, and all that were looked at in their order. */
export interface Found<Value> {
  readonly best: Evaluation<Value>;
  readonly all: readonly Evaluation<Value>[];
}

/** How far from the best value, in the larger part beside it, the next one lies: the smaller part of the golden section. */
const INWARDS = (3 - Math.sqrt(5)) / 2;

/**
 * @throws RangeError where the search cannot be, and whatever `evaluate` throws: the way to stop it
 */
export async function searchLine(
  search: LineSearch,
  evaluate: (value: number) => Promise<number>,
): Promise<Found<number>> {
  const { min, max, grid, evaluations, step, reach = max } = search;
  if (!(min < max && step > 0 && Number.isInteger(grid) && grid >= 3 && evaluations >= grid)) {
    throw new RangeError(
      `No search goes from ${min} to ${max} by ${step} with ${grid} of ${evaluations} values.`,
    );
  }
  const seen = createEvaluations<number>(String, evaluate);
  const rounded = (value: number) => Number((Math.round(value / step) * step).toPrecision(12));
  const places = Array.from({ length: grid }, (_, i) =>
    rounded(min + (i * (max - min)) / (grid - 1)),
  );
  for (const place of places) await seen.lossOf(place);
  for (let by = (max - min) / (grid - 1); seen.all.length < evaluations; by *= 2) {
    const last = places.at(-1) ?? max;
    const next = rounded(last + by);
    if (seen.best?.value !== last || next > reach || next === last) break;
    await seen.lossOf(next);
    places.push(next);
  }
  const best = seen.best;
  if (!best) throw new RangeError('The grid has no values.');
  const centre = places.indexOf(best.value);
  let low = places[centre - 1] ?? best.value;
  let high = places[centre + 1] ?? best.value;
  let { value: middle, loss: least } = best;
  while (seen.all.length < evaluations) {
    const upwards = high - middle >= middle - low;
    const probe = rounded(middle + INWARDS * (upwards ? high - middle : low - middle));
    // The larger part is as fine as the step.
    if (probe === middle) break;
    const loss = await seen.lossOf(probe);
    if (loss < least) {
      if (upwards) low = middle;
      else high = middle;
      [middle, least] = [probe, loss];
    } else if (upwards) high = probe;
    else low = probe;
  }
  return { best: seen.best ?? best, all: seen.all };
}
