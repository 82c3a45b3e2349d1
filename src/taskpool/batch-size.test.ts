import { describe, expect, it } from 'vitest';
import type { VisionConfig } from '../clip/types';
import { batchSize, type EngineClass, evenBatchSize, sharedBatchSize } from './batch-size';

function tower(part: Partial<VisionConfig>): VisionConfig {
  return {
    imageSize: 224,
    patchSize: 32,
    hiddenSize: 768,
    layers: 12,
    heads: 12,
    intermediateSize: 3072,
    activation: 'quick_gelu',
    layerNormEps: 1e-5,
    ...part,
  };
}

const LARGE = { patchSize: 14, hiddenSize: 1024, layers: 24, intermediateSize: 4096 };

describe('how many pictures run at once', () => {
  it.each([
    // Multiply-adds per picture by hand, 4.25e9, 1.67e10, 7.76e10 and 1.74e11, against 2e10, 1e11, 1e12 and 4e8 per batch.
    ['B/32', tower({}), { wasm: 4, native: 16, gpu: 32, 'software-gpu': 4 }],
    ['B/16', tower({ patchSize: 16 }), { wasm: 4, native: 4, gpu: 32, 'software-gpu': 4 }],
    ['L/14', tower(LARGE), { wasm: 4, native: 4, gpu: 8, 'software-gpu': 4 }],
    [
      'L/14 at 336',
      tower({ ...LARGE, imageSize: 336 }),
      { wasm: 4, native: 4, gpu: 4, 'software-gpu': 4 },
    ],
  ])('%s', (_, vision, expected) => {
    for (const [engine, size] of Object.entries(expected)) {
      expect([engine, batchSize(vision, engine as EngineClass)]).toEqual([engine, size]);
    }
  });

  // 3 x 3 patches and the class token; the matrices of each layer are 4 D^2 + 2 D M.
  const small = (hiddenSize: number, intermediateSize: number, layers: number) =>
    tower({ imageSize: 96, hiddenSize, intermediateSize, layers });

  it.each([
    // An eighth of the budget: ten tokens by 2.5e8, by two layers of 1.25e8, by five and fifty of 2.5e8, by 5e6.
    ['wasm', 5000, 15_000, 1],
    ['wasm', 5000, 2500, 2],
    ['native', 5000, 15_000, 5],
    ['gpu', 5000, 15_000, 50],
    ['software-gpu', 500, 4000, 1],
  ] as const)(
    'is 8 where eight pictures are just the work of one batch on %s (width %i, MLP %i, layers %i)',
    (engine, hidden, intermediate, layers) => {
      expect(batchSize(small(hidden, intermediate, layers), engine)).toBe(8);
      expect(batchSize(small(hidden, intermediate + 1, layers), engine)).toBe(4);
    },
  );

  it('is never less than 4 nor more than 32, or 128 on native', () => {
    expect(batchSize(small(64, 64, 1), 'wasm')).toBe(32);
    expect(batchSize(small(64, 64, 1), 'native')).toBe(128);
    expect(batchSize(tower({ ...LARGE, layers: 1000 }), 'wasm')).toBe(4);
  });
});

it.each([
  [400, 128, 100],
  [354, 128, 118],
  [128, 128, 128],
  [129, 128, 65],
  [3, 16, 3],
  [0, 16, 1],
])('divides %i pictures into equal batches of at most %i: %i', (total, largest, size) => {
  expect(evenBatchSize(total, largest)).toBe(size);
});

it.each([
  // Computed in vain, by hand: by this size 0, 4, 5, 0, 3; by the largest 0, 24, 20, 0, 11.
  [[160, 32], 16, 16],
  [[100, 36], 16, 10],
  [[17, 11], 16, 11],
  [[3], 16, 3],
  [[27, 10], 16, 10],
  [[], 16, 1],
])('finds one size for batches of %j pictures, of at most %i: %i', (totals, largest, size) => {
  expect(sharedBatchSize(totals, largest)).toBe(size);
});
