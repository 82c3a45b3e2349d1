/** How many pictures to run at once: enough to keep the engine busy, few enough that a newer value is never kept waiting. */
import { patchCount } from '../clip/tensor-names';
import type { VisionConfig } from '../clip/types';

export type EngineClass = 'wasm' | 'gpu' | 'software-gpu';

/** Multiply-adds per batch, about half a second of work for each class of engine. */
const BUDGET: Record<EngineClass, number> = { wasm: 2e10, gpu: 1e12, 'software-gpu': 4e8 };

/** Measured on wasm: beyond 32 pictures a batch gains nothing, below 4 it loses. */
const LARGEST = 32;
const SMALLEST = 4;

/** A power of two between 4 and 32 for this tower on this class of engine. */
export function batchSize(vision: VisionConfig, engine: EngineClass): number {
  const tokens = patchCount(vision) + 1;
  const perLayer = 4 * vision.hiddenSize ** 2 + 2 * vision.hiddenSize * vision.intermediateSize;
  const perImage = tokens * vision.layers * perLayer;
  const fitting = 2 ** Math.floor(Math.log2(BUDGET[engine] / perImage));
  return Math.min(LARGEST, Math.max(SMALLEST, fitting));
}
