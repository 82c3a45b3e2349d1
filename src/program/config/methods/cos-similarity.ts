/**
 * `TaskVectorCosSimilarity`: merges nothing, but writes how alike the task vectors are; the pretrained model is scored.
 * All elements are looked at where FusionBench may be told to draw some by chance.
 */
import * as v from 'valibot';
import { flag, orNull, text, wholeNumber } from '../program/schemas';
import { ignoring } from '../program/without-effect';
import type { MethodDefinition } from './definition';

export const cosSimilarity = {
  name: 'TaskVectorCosSimilarity',
  module: 'fusion_bench.method.analysis.task_vector_cos_similarity',
  options: {
    plot_heatmap: flag,
    trainable_only: ignoring(v.optional(flag, true)),
    max_points_per_model: ignoring(orNull(wholeNumber)),
    output_path: orNull(text),
  },
  check: (_, { hasPretrained, experts }) => [
    ...(hasPretrained
      ? []
      : ['modelpool.models: there is no _pretrained_, the model that all were fine-tuned from.']),
    ...(experts.length > 0
      ? []
      : ['modelpool.models: a fine-tuned model beside _pretrained_ is needed; it has none.']),
  ],
} as const satisfies MethodDefinition;

/** Its options as they are read. */
export interface CosSimilarityOptions {
  /** A folder; null for that of the run's other outputs. */
  readonly output_path: string | null;
  /** Whether a figure is drawn. */
  readonly plot_heatmap: boolean;
  readonly [name: string]: unknown;
}
