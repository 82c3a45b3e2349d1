/**
 * A method turns a model pool into what is resident while its models are scored: a task vector `S`, applied with a
 * moving scaling factor as `theta_0 + lambda * S`, or (averages and the like) the merged weights themselves.
 */
import type { ModelPool } from '../modelpool/types';
import type { TensorBackend, TensorBuffer } from '../runtime/types';
import type { MethodOption, MethodOptions } from './options';

export interface CombineContext {
  readonly backend: TensorBackend;
  readonly signal?: AbortSignal;
  /** Tensors visited, visits in all: a method that goes through the pool twice visits every tensor twice. */
  readonly onProgress?: (done: number, total: number) => void;
}

interface Resident {
  readonly backend: TensorBackend;
  /** `theta_0` by canonical name. */
  readonly base: ReadonlyMap<string, TensorBuffer>;
  free(): void;
}

/** `theta_0` and `S`: all that a moving scaling factor needs. */
export interface TaskVectorCombination extends Resident {
  readonly kind: 'task vector';
  /** `S` by canonical name. */
  readonly taskVector: ReadonlyMap<string, TensorBuffer>;
}

/** `theta_0` and the merged weights: no scaling factor is left to move. */
export interface WeightsCombination extends Resident {
  readonly kind: 'weights';
  /** The merged weights by canonical name. */
  readonly weights: ReadonlyMap<string, TensorBuffer>;
}

export type Combination = TaskVectorCombination | WeightsCombination;

/**
 * Combines one tensor: given its name and `theta_0`, makes a new buffer with the tensor's part of `S` or of the merged
 * weights. Frees whatever else it allocated; `base` stays the caller's.
 */
export type CombineTensor = (name: string, base: TensorBuffer) => Promise<TensorBuffer>;

/** What a method plans with. */
export interface PlanContext {
  readonly backend: TensorBackend;
  /** To be called after each tensor of a pass over the pool: tells the progress, throws once the work is cancelled. */
  visited(): void;
}

/** One way of combining models. */
export interface Method {
  /** FusionBench's class name. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** One or two sentences for people. */
  readonly summary: string;
  /**
   * What `combine` yields. Only methods that yield a task vector have a scaling factor, and only they apply the pool's
   * weights of experts, to each expert's task vector before anything else is done with it.
   */
  readonly kind: Combination['kind'];
  /** How many experts it takes; without `max` any number. */
  readonly experts: { readonly min: number; readonly max?: number };
  readonly options: readonly MethodOption[];
  /** Options of FusionBench's class that do not change the result: accepted in its YAML, and without effect here. */
  readonly ignored: readonly string[];
  /** How often it goes through all tensors of the pool, the combination included. */
  readonly passes: number;
  /**
   * Learns what must be known of the whole pool first (`passes - 1` passes over it), and says how a tensor is combined.
   * Throws ConfigError on options and CompatibilityError on a pool that the method cannot do with.
   */
  plan(pool: ModelPool, options: MethodOptions, context: PlanContext): Promise<CombineTensor>;
}

/** A method and what it is told; options that are left out have their defaults. */
export interface MethodChoice {
  readonly method: Method;
  readonly options?: MethodOptions;
}
