/**
 * A method turns a model pool into what is resident while its models are scored: a task vector `S`, applied with a
 * moving scaling factor as `theta_0 + lambda * S`, or (averages and the like) the merged weights themselves.
 */
import type { LayerwiseInputs } from '../clip/linear-inputs';
import type { ModelPool } from '../modelpool/types';
import type { TensorBackend, TensorBuffer } from '../runtime/types';
import type { MatrixJobs } from './matrices/jobs';
import type { IgnoredOption, MethodOption, MethodOptions, OptionProblem } from './options';

export interface CombineContext {
  readonly backend: TensorBackend;
  readonly signal?: AbortSignal;
  /** Tensors visited, visits in all: a method that goes through the pool twice visits every tensor twice. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Where whole matrices are merged; one after the other in this thread without. */
  readonly matrices?: MatrixJobs | undefined;
  /** For methods that need pictures. */
  readonly inputs?: ExpertInputs | undefined;
}

/** What goes into the linear layers of the pool's experts, each on pictures of its own task. */
export interface ExpertInputs {
  /**
   * Every expert at its first layer, with so many pictures of its task or as many as there are.
   * @throws ConfigError where an expert has no task, or the pictures take too much room
   */
  begin(pool: ModelPool, pictures: number): Promise<BegunInputs>;
}

export interface BegunInputs {
  /** In the order of the pool. */
  readonly experts: readonly LayerwiseInputs[];
  /** Gives back what computes them. */
  release(): Promise<void>;
}

interface Owned {
  readonly backend: TensorBackend;
  free(): void;
}

interface Resident extends Owned {
  /** `theta_0` by canonical name. */
  readonly base: ReadonlyMap<string, TensorBuffer>;
}

/** Merged weights and nothing of what they were made from. */
export interface MergedWeights extends Owned {
  /** By canonical name. */
  readonly weights: ReadonlyMap<string, TensorBuffer>;
}

/** `theta_0` and `S`: all that a moving scaling factor needs. */
export interface TaskVectorCombination extends Resident {
  readonly kind: 'task vector';
  /** `S` by canonical name. */
  readonly taskVector: ReadonlyMap<string, TensorBuffer>;
}

/** `theta_0` and the merged weights: no scaling factor is left to move. */
export interface WeightsCombination extends Resident, MergedWeights {
  readonly kind: 'weights';
}

export type Combination = TaskVectorCombination | WeightsCombination;

/** Elements `begin` to `begin + length` of one tensor. */
export interface Part {
  /** The tensor's canonical name. */
  readonly name: string;
  /** A multiple of 4. */
  readonly begin: number;
  readonly length: number;
  /** Elements of the whole tensor. */
  readonly tensorLength: number;
}

/**
 * Combines a part of a tensor: given which, and its `theta_0`, makes a buffer for a moment's work with that part of `S` or of
 * the merged weights. Frees whatever else it borrowed; `base` stays the caller's. Several parts are combined at once.
 */
export type CombinePart = (part: Part, base: TensorBuffer) => Promise<TensorBuffer>;

/** What a pass over the pool needs. */
export interface PassContext {
  readonly backend: TensorBackend;
  /** Called after each tensor of a pass over the pool (`visitParts` does): tells the progress, throws once the work is cancelled. */
  visited(): void;
}

/** What a method plans with. */
export interface PlanContext extends PassContext {
  /** Where whole matrices are merged. */
  readonly matrices: MatrixJobs;
  readonly inputs?: ExpertInputs | undefined;
  /** Aborted when the combination is no longer wanted, or is done. */
  readonly signal: AbortSignal;
}

/** One way of combining models: all that page, command line, configurations and documentation know of it. */
export interface Method {
  /** FusionBench's class name, or for a method that FusionBench does not have one of the same kind. */
  readonly name: string;
  /** Another name that FusionBench has for the class. */
  readonly alias?: string;
  /**
   * FusionBench's module that defines the class; the packages above it export it as well. What FusionBench does not have
   * stands below `task_arithmetic_studio`, so that a configuration says whose it is.
   */
  readonly module: string;
  /** The outermost package that exports it, where that is not FusionBench itself. */
  readonly exportedBy?: string;
  /** The option of FusionBench's config group `method` that chooses it: a file below `config/method`. */
  readonly configuration: string;
  /**
   * For classes of FusionBench 0.1, which a configuration asks for by `name`: their constructor takes all options as one
   * argument, and with a `_target_` FusionBench fails.
   */
  readonly configName?: string;
  /** For people. */
  readonly title: string;
  /** One or two sentences for people. */
  readonly summary: string;
  /**
   * What `combine` yields. Only methods that yield a task vector have a scaling factor, and only they apply the pool's
   * weights of experts, to each expert's task vector before anything else is done with it; those of mergekit to what they leave of it.
   */
  readonly kind: Combination['kind'];
  /**
   * Which models of FusionBench's pool it merges: its experts and `_pretrained_`, from which they were fine-tuned; its
   * experts alone; or exactly two models in the order of the pool, of which `_pretrained_` may be one.
   */
  readonly takes: 'base and experts' | 'experts' | 'two models';
  /** How many experts it takes; without `max` any number. */
  readonly experts: { readonly min: number; readonly max?: number };
  readonly options: readonly MethodOption[];
  /** Options that it is chosen with on the page, and compared with, where none are told: its defaults would take hours. */
  readonly compared?: MethodOptions;
  /** FusionBench's other options: accepted in its YAML, and without effect here. */
  readonly ignored: readonly IgnoredOption[];
  /** It looks at pictures of each expert's task: had where there is a task pool to take them from. */
  readonly needsPictures?: true;
  /** Merges matrices as wholes, which takes so much longer than reading them that they are read anew each time. */
  readonly wholeMatrices?: true;
  /** How often it goes through all tensors of the pool, the combination included. */
  readonly passes: number;
  /** What is wrong with options that are complete and each for itself allowed, or null. */
  check(options: MethodOptions): OptionProblem | null;
  /**
   * Learns what must be known of the whole pool first (`passes - 1` passes over it), and says how a part of a tensor is combined.
   * Throws ConfigError on options and CompatibilityError on a pool that the method cannot do with.
   */
  plan(pool: ModelPool, options: MethodOptions, context: PlanContext): Promise<CombinePart>;
}

/** Whether FusionBench has it, and runs a configuration that asks for it. */
export function isFusionBench({ module }: Pick<Method, 'module'>): boolean {
  return module.startsWith('fusion_bench.');
}

/** A method whose name and options are known to the compiler. */
export interface DefinedMethod<
  Name extends string = string,
  D extends readonly MethodOption[] = readonly MethodOption[],
> extends Method {
  readonly name: Name;
  readonly options: D;
}

/** A method and what it is told; options that are left out have their defaults. */
export interface MethodChoice {
  readonly method: Method;
  readonly options?: MethodOptions;
}
