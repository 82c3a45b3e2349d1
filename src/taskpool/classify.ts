/**
 * From image embeddings to predictions: logits are `exp(logit_scale)` times the cosine with each class's unit vector.
 * Source: FusionBench `models/hf_clip.py`, `HFCLIPClassifier.forward`; loss as `torch.nn.functional.cross_entropy`.
 */
import { DeviceError } from '../errors';
import { norm, type ZeroShotHead } from './head';

/** A class and its probability: the softmax over all classes. */
export interface Guess {
  readonly label: number;
  readonly probability: number;
}

export interface Classified {
  /** Class with the largest logit; the first of equals. */
  readonly prediction: number;
  /** Cross-entropy of the true label, in nats. */
  readonly loss: number;
  /** Classes that come before the true label: 0 where the prediction is right, below 5 where it is among the first five. */
  readonly rank: number;
  /** The most probable classes, `TOP` at most, the prediction first; of equals the first. */
  readonly top: readonly Guess[];
}

/** So many classes are kept of every image: what ImageNet's second figure asks for. */
export const TOP = 5;

/**
 * Classifies one image from its unnormalised embedding (`head.dimension` values) and its label.
 * @throws DeviceError where the embedding is not finite, as extreme scaling factors make it
 */
export function classify(embedding: Float32Array, head: ZeroShotHead, label: number): Classified {
  return classifyLogits(imageLogits(embedding, head), label);
}

/**
 * Classifies one image from its logits over all classes and its label.
 * @throws DeviceError where they are not finite
 */
export function classifyLogits(logits: Float64Array, label: number): Classified {
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
  let rank = 0;
  for (const [c, logit] of logits.entries()) {
    partition += Math.exp(logit - largest);
    // The first of equals is also before the others.
    if (logit > own || (logit === own && c < label)) rank++;
  }
  const top = firstOf(logits).map((c) => ({
    label: c,
    probability: Math.exp((logits[c] as number) - largest) / partition,
  }));
  return { prediction, loss: largest + Math.log(partition) - own, rank, top };
}

/** The classes with the largest logits, `TOP` at most, largest first. */
function firstOf(logits: Float64Array): number[] {
  const found: number[] = [];
  for (const [c, logit] of logits.entries()) {
    let place = found.length;
    while (place > 0 && logit > (logits[found[place - 1] as number] as number)) place--;
    if (place < TOP) found.splice(place, 0, c);
    if (found.length > TOP) found.pop();
  }
  return found;
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
