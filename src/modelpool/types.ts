/** The model pool: one pretrained CLIP and the experts fine-tuned from it, as FusionBench's `CLIPVisionModelPool`. */
import type { ClipModel } from '../clip/types';

export type Severity = 'error' | 'warning' | 'info';

/** Something to say about a model, a pool or a file. An `error` keeps it from being merged or scored. */
export interface Finding {
  readonly severity: Severity;
  /** Model or file it is about, as the user knows it; none for the pool as a whole. */
  readonly subject?: string;
  /** What it is and what to do, full sentences. */
  readonly message: string;
  /** Offending tensors or files, one line each. */
  readonly details: readonly string[];
}

/** A fine-tuned model and its weight in the sum of task vectors. */
export interface Expert {
  readonly model: ClipModel;
  /** Applied to the task vector before the sum; 1 means not at all. */
  readonly weight: number;
}

/** A pool that has been judged: every expert has the base's tensors, shape by shape. */
export interface ModelPool {
  /** FusionBench's `_pretrained_`. */
  readonly pretrained: ClipModel;
  /** In the order of the sum, which is the order of the bytes. */
  readonly experts: readonly Expert[];
  /** Canonical names of the floating-point tensors that are merged, in the base's order. */
  readonly mergedNames: readonly string[];
}
