import { describe, expect, it } from 'vitest';
import { describeClip } from './describe';
import { BASE_PATCH32, checkpoint, visionHeaders } from './testing-checkpoints';
import type { VisionConfig } from './types';

const LARGE: VisionConfig = {
  ...BASE_PATCH32,
  hiddenSize: 1024,
  layers: 24,
  heads: 16,
  intermediateSize: 4096,
  patchSize: 14,
};

describe('the published CLIPs are recognised by their tensors alone', () => {
  it.each<[string, VisionConfig]>([
    ['ViT-B/32', BASE_PATCH32],
    ['ViT-B/16', { ...BASE_PATCH32, patchSize: 16 }],
    ['ViT-L/14', LARGE],
    ['ViT-L/14@336', { ...LARGE, imageSize: 336 }],
  ])('%s', async (name, geometry) => {
    const model = await describeClip(name, checkpoint(visionHeaders(geometry)), []);
    expect(model.vision).toEqual(geometry);
    expect(model.visionTensors.size).toBe(5 + 16 * geometry.layers + 2);
  });
});
