/** A tally's record as it is read back from wherever it was kept: foreign until it has been checked. */
import * as v from 'valibot';
import { TOP } from './classify';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const tallySchema = v.pipe(
  v.object({
    scored: count,
    correct: count,
    perClass: v.array(v.object({ scored: count, correct: count })),
    unreadable: v.array(v.object({ index: count, reason: v.string() })),
    predictions: v.instance(Int32Array),
    losses: v.instance(Float64Array),
    ranks: v.instance(Uint16Array),
    topLabels: v.instance(Uint16Array),
    topProbabilities: v.instance(Float32Array),
  }),
  v.check(
    ({ scored, correct, unreadable, predictions, losses, ranks, topLabels, topProbabilities }) =>
      correct <= scored &&
      losses.length === predictions.length &&
      ranks.length === predictions.length &&
      topProbabilities.length === topLabels.length &&
      topLabels.length <= TOP * predictions.length &&
      topLabels.length % Math.max(1, predictions.length) === 0 &&
      predictions.reduce((sum, prediction) => sum + (prediction >= 0 ? 1 : 0), 0) === scored &&
      scored + unreadable.length <= predictions.length,
  ),
);
