/** Which classes are taken for which: the confusion matrix of what was scored, its filled cells alone. Pure. */

/** Images of one class that were predicted as one class. */
export interface ConfusionCell {
  readonly label: number;
  readonly prediction: number;
  readonly images: number;
}

/**
 * The cells that have images, the diagonal's among them, by label and prediction ascending. As scikit-learn's
 * `confusion_matrix`, which also has the empty ones.
 *
 * @param predictions classes by image, negative where an image was not scored
 * @param rows the images to count; all where it is not given
 */
export function confusionCells(
  labels: readonly number[],
  predictions: ArrayLike<number>,
  rows: Iterable<number> = labels.keys(),
): ConfusionCell[] {
  const counts = new Map<number, Map<number, number>>();
  for (const row of rows) {
    const [label = -1, prediction = -1] = [labels[row], predictions[row]];
    if (prediction < 0) continue;
    const ofLabel = counts.get(label) ?? new Map<number, number>();
    ofLabel.set(prediction, (ofLabel.get(prediction) ?? 0) + 1);
    counts.set(label, ofLabel);
  }
  return [...counts]
    .flatMap(([label, found]) =>
      [...found].map(([prediction, images]) => ({ label, prediction, images })),
    )
    .sort((a, b) => a.label - b.label || a.prediction - b.prediction);
}

/** The cells off the diagonal, most images first; of as many, in the order of the classes. */
export function mistakes(cells: readonly ConfusionCell[]): ConfusionCell[] {
  return cells
    .filter(({ label, prediction }) => label !== prediction)
    .sort((a, b) => b.images - a.images);
}
