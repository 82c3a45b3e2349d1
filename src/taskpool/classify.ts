/**
 * From image embeddings to predictions: logits are `exp(logit_scale)` times the cosine with each class's unit vector.
 * Source: FusionBench `models/hf_clip.py`, `HFCLIPClassifier.forward`; loss as `torch.nn.functional.cross_entropy`.
 */
import { DeviceError } from '../errors';
import { norm, type ZeroShotHead } from './head';

export interface Classified {
  /** Class with the largest logit; the first of equals. */
  readonly prediction: number;
  /** Cross-entropy of the true label, in nats. */
  readonly loss: number;
  /** Probability of the prediction: the softmax over all classes. */
  readonly confidence: number;
  /** By how much the prediction's probability exceeds that of the class that comes next; its own where there is no other. */
  readonly margin: number;
  /** Classes that come before the true label: 0 where the prediction is right, below 5 where it is among the first five. */
  readonly rank: number;
}

/**
 * Classifies one image from its unnormalised embedding (`head.dimension` values) and its label.
 * @throws DeviceError where the embedding is not finite, as extreme scaling factors make it
 */
export function classify(embedding: Float32Array, head: ZeroShotHead, label: number): Classified {
  const logits = imageLogits(embedding, head);
  let prediction = 0;
  for (let c = 1; c < logits.length; c++) {
    if ((logits[c] as number) > (logits[prediction] as number)) prediction = c;
  }
  const largest = logits[prediction] as number;
  if (!Number.isFinite(largest)) {
    throw new DeviceError(
      'The vision tower’s output is not finite with these weights; choose a scaling factor closer to 0.',
    );
  }
  const own = logits[label] as number;
  let partition = 0;
  let next = Number.NEGATIVE_INFINITY;
  let rank = 0;
  for (const [c, logit] of logits.entries()) {
    partition += Math.exp(logit - largest);
    if (c !== prediction && logit > next) next = logit;
    // The first of equals is also before the others.
    if (logit > own || (logit === own && c < label)) rank++;
  }
  return {
    prediction,
    loss: largest + Math.log(partition) - own,
    confidence: 1 / partition,
    margin: (1 - Math.exp(next - largest)) / partition,
    rank,
  };
}

/** The logits of one image over all classes. */
export function imageLogits(embedding: Float32Array, head: ZeroShotHead): Float64Array {
  const { weights, classes, dimension, logitScale } = head;
  const scale = logitScale / norm(embedding);
  const logits = new Float64Array(classes);
  for (let c = 0; c < classes; c++) {
    let dot = 0;
    for (let d = 0; d < dimension; d++) {
      dot += (embedding[d] as number) * (weights[c * dimension + d] as number);
    }
    logits[c] = scale * dot;
  }
  return logits;
}
