/** The weights of a vision tower, as whoever runs it reads them. */
import type { TensorBuffer } from '../runtime/types';

/** Never all in memory: made for one step of the tower after another, and done with after each. */
export interface StreamedWeights {
  /**
   * Calls `use` with the tensors of every step by canonical name, in the order of the steps; they are valid until what it
   * returns has settled.
   */
  each(
    steps: readonly (readonly string[])[],
    use: (weights: ReadonlyMap<string, TensorBuffer>, step: number) => Promise<void>,
  ): Promise<void>;
}

/** By canonical name, or streamed. */
export type VisionWeights = ReadonlyMap<string, TensorBuffer> | StreamedWeights;

/** Goes through the steps with weights of either kind. */
export async function eachStep(
  weights: VisionWeights,
  steps: readonly (readonly string[])[],
  use: (weights: ReadonlyMap<string, TensorBuffer>, step: number) => Promise<void>,
): Promise<void> {
  if ('each' in weights) return weights.each(steps, use);
  for (const step of steps.keys()) await use(weights, step);
}
