/**
 * How far a model's probabilities can be trusted: the reliability curve and the expected calibration error over bins of
 * equal width. Source: Guo et al. 2017, "On Calibration of Modern Neural Networks"; bins as torchmetrics'
 * `multiclass_calibration_error`: an edge belongs to the bin that it begins. Pure.
 */

/** Predictions whose probability lies in `from <= p < to`; 1 is in the last. */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly images: number;
  /** Mean probability of the predictions, and the share of them that is right; null without images. */
  readonly confidence: number | null;
  readonly accuracy: number | null;
}

export interface Calibration {
  readonly bins: readonly CalibrationBin[];
  /** Mean distance of confidence and accuracy over the bins, weighted by images, 0 to 1; null without images. */
  readonly error: number | null;
}

export const CALIBRATION_BINS = 15;

/**
 * @param predictions classes by image, negative where an image was not scored
 * @param confidenceOf probability of an image's prediction
 * @param rows the images to count; all where it is not given
 */
export function calibration(
  labels: readonly number[],
  predictions: ArrayLike<number>,
  confidenceOf: (row: number) => number,
  rows: Iterable<number> = labels.keys(),
  count = CALIBRATION_BINS,
): Calibration {
  const sums = Array.from({ length: count }, () => ({ images: 0, correct: 0, confidence: 0 }));
  let images = 0;
  for (const row of rows) {
    const prediction = predictions[row] ?? -1;
    if (prediction < 0) continue;
    const confidence = confidenceOf(row);
    images++;
    const bin = sums[Math.min(count - 1, Math.floor(confidence * count))];
    if (!bin) continue;
    bin.images++;
    bin.confidence += confidence;
    if (prediction === labels[row]) bin.correct++;
  }
  const apart = sums.reduce((sum, bin) => sum + Math.abs(bin.confidence - bin.correct), 0);
  const bins = sums.map((bin, i) => ({
    from: i / count,
    to: (i + 1) / count,
    images: bin.images,
    confidence: bin.images > 0 ? bin.confidence / bin.images : null,
    accuracy: bin.images > 0 ? bin.correct / bin.images : null,
  }));
  return { bins, error: images > 0 ? apart / images : null };
}
