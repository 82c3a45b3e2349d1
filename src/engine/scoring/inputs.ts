/** Everything scoring depends on, as one value: what is in it decides what has to be computed, nothing else does. */
import type { ClipModel } from '../../clip/types';
import type { MethodChoice } from '../../method/types';
import type { Expert } from '../../modelpool/types';

export interface TaskInput {
  readonly id: string;
  readonly name: string;
  readonly classnames: readonly string[];
  readonly templates: readonly string[];
  readonly images: readonly { readonly name: string; readonly blob: Blob }[];
  /** Class index of each image. */
  readonly labels: readonly number[];
  /** Library id of the task's own expert, where there is one. */
  readonly expertId: string | null;
}

export interface ScoringInputs {
  readonly pretrained: ClipModel;
  /** Gives text tower, tokenizer, `visual_projection` and, where the base has none, the processor. */
  readonly donor: ClipModel;
  /** How they are merged, its options completed. */
  readonly method: MethodChoice;
  /** Changes whenever base, experts, their order or weights, or the method do. */
  readonly poolKey: string;
  /** Included experts in the order of the sum; empty while there is nothing to merge. */
  readonly experts: readonly Expert[];
  /** Every model by library id, for scoring experts with their own weights. */
  readonly models: ReadonlyMap<string, ClipModel>;
  readonly tasks: readonly TaskInput[];
  /** The donor's library id: its tokenizer, its weights and its processor are no other's. */
  readonly donorKey: string;
}

/** Which weights a score belongs to. */
export type WeightsId =
  | { readonly kind: 'pretrained' }
  | { readonly kind: 'merged'; readonly scalingFactor: number }
  | { readonly kind: 'expert'; readonly id: string };

/** The key under which a score is kept: equal keys mean equal numbers. */
export function scoreKey(inputs: ScoringInputs, weights: WeightsId, task: TaskInput): string {
  return `${weightsKey(inputs, weights)}|${taskKey(inputs, task)}`;
}

export function weightsKey(inputs: ScoringInputs, weights: WeightsId): string {
  switch (weights.kind) {
    case 'pretrained':
      return `pretrained ${baseKey(inputs)}`;
    case 'merged':
      return `merged ${inputs.poolKey} ${weights.scalingFactor}`;
    case 'expert':
      return `expert ${weights.id} ${baseKey(inputs)}`;
  }
}

/** The head and the labels: what a task's numbers depend on besides the weights. */
export function taskKey(inputs: ScoringInputs, task: TaskInput): string {
  return JSON.stringify([inputs.donorKey, task.id, task.classnames, task.templates]);
}

/** The base alone: the geometry that every session and score stands on. */
function baseKey(inputs: ScoringInputs): string {
  return (JSON.parse(inputs.poolKey) as [string])[0];
}
