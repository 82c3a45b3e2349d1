/** A method turns a model pool into one task vector `S`; `apply` then makes `theta_0 + lambda * S`, whatever the method. */
import type { ModelPool } from '../modelpool/types';
import type { TensorBackend, TensorBuffer } from '../runtime/types';

export interface CombineContext {
  readonly backend: TensorBackend;
  readonly signal?: AbortSignal;
  /** Tensors done, tensors in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** `theta_0` and `S`, resident on one backend: all that a moving scaling factor needs. */
export interface Combination {
  readonly backend: TensorBackend;
  /** `theta_0` by canonical name. */
  readonly base: ReadonlyMap<string, TensorBuffer>;
  /** `S` by canonical name. */
  readonly taskVector: ReadonlyMap<string, TensorBuffer>;
  free(): void;
}

/** One way of combining task vectors. */
export interface Method {
  /** FusionBench's class name. */
  readonly name: string;
  /** Reads the experts tensor by tensor; nothing but `theta_0`, `S` and one tensor stays in memory. */
  combine(pool: ModelPool, context: CombineContext): Promise<Combination>;
}
