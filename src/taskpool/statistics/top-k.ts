/**
 * Images whose true class is among the `k` most probable. As scikit-learn's `top_k_accuracy_score` with `normalize=False`,
 * save that of classes with equal logits the first comes first. Pure.
 *
 * @param ranks classes that come before the true one, by image
 * @param predictions classes by image, negative where an image was not scored
 * @param rows the images to count; all where it is not given
 */
export function topK(
  k: number,
  ranks: ArrayLike<number>,
  predictions: ArrayLike<number>,
  rows: Iterable<number> = Array.from(predictions).keys(),
): number {
  let correct = 0;
  for (const row of rows) {
    if ((predictions[row] ?? -1) >= 0 && (ranks[row] ?? k) < k) correct++;
  }
  return correct;
}
