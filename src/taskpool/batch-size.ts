/** How many pictures to run at once: enough to keep the engine busy, few enough that a newer value is never kept waiting. */
import { patchCount } from '../clip/tensor-names';
import type { VisionConfig } from '../clip/types';

export type EngineClass = 'wasm' | 'native' | 'gpu' | 'software-gpu';

interface Load {
  /** Multiply-adds per batch, about half a second of work on a page, and what fills the caches of a CPU with native code. */
  readonly budget: number;
  /** Beyond so many pictures a batch gains nothing. */
  readonly largest: number;
}

/** Measured; `npm run bench -- engines` does it again. */
const LOADS: Record<EngineClass, Load> = {
  wasm: { budget: 2e10, largest: 32 },
  native: { budget: 1e11, largest: 128 },
  gpu: { budget: 1e12, largest: 32 },
  'software-gpu': { budget: 4e8, largest: 32 },
};

/** Below 4 pictures a batch loses. */
const SMALLEST = 4;

/** A power of two of at least 4 for this tower on this class of engine. */
export function batchSize(vision: VisionConfig, engine: EngineClass): number {
  const tokens = patchCount(vision) + 1;
  const perLayer = 4 * vision.hiddenSize ** 2 + 2 * vision.hiddenSize * vision.intermediateSize;
  const perImage = tokens * vision.layers * perLayer;
  const { budget, largest } = LOADS[engine];
  const fitting = 2 ** Math.floor(Math.log2(budget / perImage));
  return Math.min(largest, Math.max(SMALLEST, fitting));
}

/** The size of equal batches of `total` pictures, none above `largest`: a graph's shape is fixed, so a short last one is computed in full. */
export function evenBatchSize(total: number, largest: number): number {
  const batches = Math.max(1, Math.ceil(total / largest));
  return Math.max(1, Math.ceil(total / batches));
}

/** One size for batches of several tasks, none above `largest`: of those that compute the fewest pictures in vain, the largest. */
export function sharedBatchSize(totals: readonly number[], largest: number): number {
  const computed = (size: number) =>
    totals.reduce((sum, total) => sum + Math.ceil(total / size) * size, 0);
  const usual = Math.min(largest, Math.max(1, ...totals));
  let best = usual;
  for (let size = usual - 1; size > usual / 2; size--) {
    if (computed(size) < computed(best)) best = size;
  }
  return best;
}
