/**
 * The zero-shot head: one unit vector per class. Per class every prompt's text embedding is normalised, the mean is
 * taken and normalised again. Source: FusionBench `models/hf_clip.py`, `HFCLIPClassifier.set_classification_task`.
 */
import { readFloat32 } from '../checkpoint/dtype';
import { encodePrompts } from '../clip/text-encoder';
import type { ClipModel } from '../clip/types';
import { CompatibilityError } from '../errors';
import type { OrtEngine } from '../runtime/types';
import { fillTemplate } from './images/templates';

export interface ZeroShotHead {
  /** `[classes, dimension]`, every row of length 1. */
  readonly weights: Float32Array;
  readonly classes: number;
  readonly dimension: number;
  /** `exp(logit_scale)`: what cosines are multiplied with to become logits. */
  readonly logitScale: number;
}

export interface HeadOptions {
  readonly signal?: AbortSignal;
  /** Prompts done, prompts in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Computes the head of a task with a full CLIP's text tower. Throws CompatibilityError where the model has none. */
export async function computeHead(
  model: ClipModel,
  engine: OrtEngine,
  classnames: readonly string[],
  templates: readonly string[],
  options: HeadOptions = {},
): Promise<ZeroShotHead> {
  const logitScale = model.text?.tensors.get('logit_scale');
  if (!logitScale) {
    throw new CompatibilityError(
      `${model.name} has no text tower: zero-shot scoring needs a full CLIP (with its tokenizer) as the base or in the library.`,
    );
  }
  const prompts = classnames.flatMap((name) =>
    templates.map((template) => fillTemplate(template, name)),
  );
  const embeddings = await encodePrompts(model, engine, prompts, options);
  const [scale] = await readFloat32(logitScale);
  return headFromEmbeddings(embeddings, templates.length, Math.fround(Math.exp(scale ?? 0)));
}

/** `embeddings`: class by class, `promptsPerClass` unnormalised text embeddings each. */
export function headFromEmbeddings(
  embeddings: readonly Float32Array[],
  promptsPerClass: number,
  logitScale: number,
): ZeroShotHead {
  const classes = embeddings.length / promptsPerClass;
  const dimension = embeddings[0]?.length ?? 0;
  const weights = new Float32Array(classes * dimension);
  for (let c = 0; c < classes; c++) {
    const mean = new Float64Array(dimension);
    for (const embedding of embeddings.slice(c * promptsPerClass, (c + 1) * promptsPerClass)) {
      const inverse = 1 / norm(embedding);
      for (let d = 0; d < dimension; d++) {
        mean[d] = (mean[d] as number) + ((embedding[d] as number) * inverse) / promptsPerClass;
      }
    }
    const inverse = 1 / norm(mean);
    for (let d = 0; d < dimension; d++) weights[c * dimension + d] = (mean[d] as number) * inverse;
  }
  return { weights, classes, dimension, logitScale };
}

/** Euclidean length, accumulated in float64. */
export function norm(vector: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += (vector[i] as number) ** 2;
  return Math.sqrt(squares);
}
