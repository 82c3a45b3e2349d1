/**
 * FusionBench's loss: the mean of the batches' mean losses, each batch counting the same although the last may be
 * shorter (`taskpool/clip_vision/taskpool.py`: `MeanMetric` over `F.cross_entropy`).
 *
 * @param losses cross-entropy of each image, in data order.
 * @returns NaN without images.
 */
export function batchMeanLoss(losses: ArrayLike<number>, batchSize = 128): number {
  let batches = 0;
  let sum = 0;
  for (let start = 0; start < losses.length; start += batchSize) {
    const end = Math.min(losses.length, start + batchSize);
    let batch = 0;
    for (let i = start; i < end; i++) batch += losses[i] as number;
    sum += batch / (end - start);
    batches++;
  }
  return sum / batches;
}
