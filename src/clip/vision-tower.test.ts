import { describe, expect, it } from 'vitest';
import type { TensorBuffer } from '../runtime/types';
import { visionGraph } from './onnx/vision-graph';
import { openClip } from './open';
import { canonicalVisionNames } from './tensor-names';
import {
  cutPatches,
  fixtureFile,
  fixtureFloats,
  fixtureJson,
  openFixture,
  relativeError,
  upload,
  visionWeights,
  wasmEngine,
} from './testing';
import type { VisionConfig } from './types';
import { createVisionTower } from './vision-tower';

interface Expected {
  readonly vision: { readonly imageEmbeds: number[][] };
  readonly mergedVision: { readonly imageEmbeds: number[][] };
}

/** The project's promise: embeddings within 1e-5 of transformers', relative to their largest value. */
const TOLERANCE = 1e-5;
const PICTURES = 3;
const PROJECTION = 32;

async function prepare(shape: string) {
  const model = await openFixture(`merge/${shape}/base`);
  if (model.visualProjection === undefined) throw new Error('a fixture base has a projection');
  return {
    model,
    expected: fixtureJson<Expected>(`clip/${shape}/expected.json`),
    patches: cutPatches(fixtureFloats(`clip/${shape}/pixel-values.bin`), model.vision),
    weights: await visionWeights(model),
    projection: await upload(model.visualProjection),
    tower: async (batch: number) =>
      createVisionTower(model.vision, PROJECTION, await wasmEngine(), batch),
  };
}

describe.each(['p8-32', 'p16-48', 'p8-24'])('%s', (shape) => {
  it("gives transformers' image embeddings, and with other weights in the same session those of the other model", async () => {
    const { model, expected, patches, weights, projection, tower } = await prepare(shape);
    const merged = await openClip(
      'merged',
      [await fixtureFile(`merge/${shape}/merged-0.3.safetensors`)],
      model,
    );
    const vision = await tower(PICTURES);
    const own = await vision.encode(patches, weights, projection);
    const other = await vision.encode(patches, await visionWeights(merged), projection);
    await vision.release();
    expect(relativeError(own, expected.vision.imageEmbeds.flat())).toBeLessThan(TOLERANCE);
    expect(relativeError(other, expected.mergedVision.imageEmbeds.flat())).toBeLessThan(TOLERANCE);
    expect(relativeError(own, other)).toBeGreaterThan(100 * TOLERANCE);
  });
});

it('gives a picture the same embedding alone, in a batch and beside padding', async () => {
  const { expected, patches, weights, projection, tower } = await prepare('p8-32');
  const perPicture = patches.length / PICTURES;
  const [first = []] = expected.vision.imageEmbeds;
  const alone = await tower(1);
  const one = await alone.encode(patches.slice(0, perPicture), weights, projection);
  await alone.release();
  const padded = await tower(5);
  const room = new Float32Array(5 * perPicture);
  room.set(patches.subarray(0, perPicture), perPicture * 3);
  const five = await padded.encode(room, weights, projection);
  await padded.release();
  expect(relativeError(one, first)).toBeLessThan(TOLERANCE);
  expect(five).toHaveLength(5 * PROJECTION);
  expect(relativeError(five.slice(3 * PROJECTION, 4 * PROJECTION), first)).toBeLessThan(TOLERANCE);
});

it('refuses a wrong number of pixels, and weights that are missing or of another size', async () => {
  const { patches, weights, projection, tower } = await prepare('p8-32');
  const vision = await tower(PICTURES);
  const without = (name: string, instead?: TensorBuffer) => {
    const changed = new Map(weights);
    changed.delete(name);
    return instead === undefined ? changed : changed.set(name, instead);
  };
  await expect(
    vision.encode(patches.slice(1), weights, projection),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[RangeError: The vision tower needs 9216 numbers of patches ([48, 192]), not 9215.]`,
  );
  await expect(
    vision.encode(patches, without('post_layernorm.bias'), projection),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[RangeError: The vision tower got no post_layernorm.bias.]`,
  );
  await expect(
    vision.encode(patches, without('post_layernorm.bias', projection), projection),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[RangeError: The vision tower needs 64 numbers of post_layernorm.bias ([64]), not 2048.]`,
  );
  await vision.release();
});

it('holds no weights in the graph, and every canonical tensor once among the names', () => {
  const config: VisionConfig = {
    imageSize: 224,
    patchSize: 14,
    hiddenSize: 1024,
    layers: 24,
    heads: 16,
    intermediateSize: 4096,
    activation: 'quick_gelu',
    layerNormEps: 1e-5,
  };
  const names = canonicalVisionNames(config).map(({ name }) => name);
  expect(names).toHaveLength(5 + 16 * 24 + 2);
  expect(new Set(names).size).toBe(names.length);
  // ViT-L/14's weights are 1.2 GB.
  expect(visionGraph(config, 768, 32).length).toBeLessThan(100_000);
});
